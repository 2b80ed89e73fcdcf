/**
 * One look at an instance: the facts by name, and a note of what was asked for and is not known
 * yet. A rule that lacks something finds nothing, and the look is made again once it is there.
 */
import type {
  CoreV1Event,
  V1Container,
  V1ContainerStatus,
  V1Pod,
  V1PodCondition,
} from '@kubernetes/client-node';
import type { Facts, Wants } from './Facts';
import { APP_CONTAINER } from '../manifests/labels';
import { finished, hasContentVolume, hasRuntime, newestPod } from './pods';

/** What the kubelet answers where a log is gone: never the app's own words. */
const NO_LOG = /^unable to retrieve container logs for \S+\s*$/;

const timeOf = (event: CoreV1Event) =>
  new Date(
    String(
      event.lastTimestamp ??
        event.series?.lastObservedTime ??
        event.eventTime ??
        event.metadata.creationTimestamp,
    ),
  ).getTime();

/** Facts of one instance, as rules ask for them. */
export class Case {
  readonly facts: Facts;
  /** The pod that counts: the newest one that does not end, else the newest one. */
  readonly pod: V1Pod | undefined;
  readonly wants: Wants = { events: false, secretNames: false, logs: [] };
  #againInMs: number | undefined;
  #notice: string | undefined;

  constructor(facts: Facts) {
    this.facts = facts;
    this.pod = newestPod(facts.pods);
  }

  /** Milliseconds after which the same facts mean something else. */
  get againInMs(): number | undefined {
    return this.#againInMs;
  }

  /** What it waits for, where that is no fault. */
  get notice(): string | undefined {
    return this.#notice;
  }

  note(words: string): void {
    this.#notice = words;
  }

  /** Now, in milliseconds. */
  get now(): number {
    return this.facts.now.getTime();
  }

  /** How long ago, in milliseconds; 0 for what has no time. */
  since(time: Date | string | undefined): number {
    const ms = this.now - new Date(time ?? NaN).getTime();
    return Number.isNaN(ms) ? 0 : ms;
  }

  /** True once something is as old as this; else the look is made again when it is. */
  isOlder(time: Date | string | undefined, ms: number): boolean {
    // What has no time is not of this moment.
    if (!time) return true;
    const left = ms - this.since(time);
    if (left <= 0) return true;
    this.#againInMs = Math.min(this.#againInMs ?? Infinity, left);
    return false;
  }

  /** Means something else after this long. */
  lookAgain(ms: number): void {
    if (Number.isFinite(ms))
      this.#againInMs = Math.min(this.#againInMs ?? Infinity, ms);
  }

  condition(type: string, pod = this.pod): V1PodCondition | undefined {
    return pod?.status?.conditions?.find(c => c.type === type);
  }

  /** Its files come from the store, so that its image is one of a runtime version. */
  get hasRuntime(): boolean {
    return this.pod !== undefined && hasRuntime(this.pod);
  }

  /** Its files are a volume made of an image. */
  get hasContentVolume(): boolean {
    return this.pod !== undefined && hasContentVolume(this.pod);
  }

  /** The pod that counts told that its bundle is there. */
  get hasBundle(): boolean {
    const { preparing } = this.facts;
    return preparing !== undefined && preparing === this.pod?.metadata?.uid;
  }

  /** Init containers first, in their order. */
  get containers(): V1ContainerStatus[] {
    const { initContainerStatuses = [], containerStatuses = [] } =
      this.pod?.status ?? {};
    return [...initContainerStatuses, ...containerStatuses];
  }

  get app(): V1ContainerStatus | undefined {
    const statuses = this.pod?.status?.containerStatuses;
    return (
      statuses?.find(({ name }) => name === APP_CONTAINER) ?? statuses?.[0]
    );
  }

  spec(container: string): V1Container | undefined {
    const { initContainers = [], containers = [] } = this.pod?.spec ?? {};
    return [...initContainers, ...containers].find(
      ({ name }) => name === container,
    );
  }

  /** The port that the app has to listen on; 0 where none is known. */
  get port(): number {
    const app = this.spec(this.app?.name ?? APP_CONTAINER);
    return app?.ports?.[0]?.containerPort ?? 0;
  }

  /** The pod and its conditions as the source of evidence. */
  source(rest: string, pod = this.pod): string {
    return `Pod ${pod?.metadata?.name}, ${rest}`;
  }

  /** Events with one of these reasons, the newest first; of one object where it is named. */
  events(reasons: string[], name?: string): CoreV1Event[] {
    if (!this.facts.events) {
      this.wants.events = true;
      return [];
    }
    return this.facts.events
      .filter(
        event =>
          reasons.includes(event.reason ?? '') &&
          (name === undefined || event.involvedObject.name === name),
      )
      .sort(
        (a, b) =>
          timeOf(b) - timeOf(a) ||
          Number(b.metadata.resourceVersion) -
            Number(a.metadata.resourceVersion),
      );
  }

  /** Events of the pod that counts. */
  podEvents(...reasons: string[]): CoreV1Event[] {
    return this.events(reasons, this.pod?.metadata?.name);
  }

  /** How long ago an event was last seen, in milliseconds. */
  age(event: CoreV1Event): number {
    return this.now - timeOf(event);
  }

  /** What a container printed; undefined while that was not read. */
  log(container: string, previous: boolean): string | undefined {
    const text = this.facts.log(container, previous);
    if (text === undefined) {
      this.wants.logs.push({ container, previous });
      return undefined;
    }
    return NO_LOG.test(text) ? '' : text;
  }

  /**
   * What the run printed that ended last. The first restart follows at once: the run may be the
   * one before by now, and the log of either may be gone for moments.
   *
   * @param matches - prefers the run whose output matches
   * @returns undefined while it was not read
   */
  endedLog(
    { name, state }: V1ContainerStatus,
    matches: RegExp,
  ): string | undefined {
    const first = !state?.terminated;
    const texts = [this.log(name, first), this.log(name, !first)];
    if (texts.some(text => text === undefined)) return undefined;
    return texts.find(text => matches.test(text!)) ?? texts.find(Boolean) ?? '';
  }

  /** The pod before the one that counts, where it ended. */
  get former(): V1Pod | undefined {
    const others = this.facts.pods.filter(pod => pod !== this.pod);
    const ended = others.filter(
      pod => finished(pod) || pod.metadata?.deletionTimestamp,
    );
    return newestPod(ended);
  }

  /** A secret as people call it. */
  secret(objectName: string): string {
    const { secretNames } = this.facts;
    if (!secretNames) this.wants.secretNames = true;
    const name = secretNames?.get(objectName);
    return name ? `The secret "${name}"` : 'A secret';
  }
}
