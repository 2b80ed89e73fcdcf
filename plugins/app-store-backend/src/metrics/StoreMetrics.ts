/**
 * What the store tells of itself in figures, through Backstage's metrics service (OpenTelemetry).
 * Labels are bounded: no name of a person, an app or an instance is one.
 */
import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { LaunchSteps } from '../instances/launches/LaunchRepository';
import { spansOf } from '../instances/launches/receipt';
import {
  TRANSITION_NAMES,
  type TransitionName,
} from '../instances/statusTransitions';
import { REFUSAL_CODES, type CauseCode } from '../kubernetes/observe/causes';
import { OBJECT_KINDS, type ObjectKind } from '../kubernetes/view/mark';

/** Of launches, in seconds: from a laptop's to a node that pulls a large image. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/** Something that is read when figures are collected. */
export interface Observed {
  /** Instances that are due, and since when the first of them, in milliseconds since 1970. */
  backlog(): Promise<{ due: number; oldestAt: number | undefined }>;
  /** When the Kubernetes API answered last, in milliseconds since 1970. */
  answeredAt(): number;
  /** Whether all watches follow the cluster. */
  synced(): boolean;
  /** What the doctor found last, by check. */
  checks(): ReadonlyMap<string, string>;
}

/** What processors and the client of Kubernetes tell. */
export interface StoreMetrics {
  /** An instance came to be ready. */
  launched(steps: LaunchSteps): void;
  /** An instance answered its first visitor, so many milliseconds after it could be opened. */
  answered(ms: number): void;
  /** Objects were made again as they should be. */
  repaired(kinds: ObjectKind[]): void;
  /** The cluster refused what an instance needs: the store's own request, or that of a controller. */
  refused(cause: CauseCode): void;
  /** The status of an instance was seen to change. */
  moved(transition: TransitionName): void;
  /** The Kubernetes API answered; code 0 where it did not. */
  requested(verb: string, code: number): void;
}

/** Tells nobody. */
export const NO_METRICS: StoreMetrics = {
  launched() {},
  answered() {},
  repaired() {},
  refused() {},
  moved() {},
  requested() {},
};

/** Tells Backstage's metrics service. */
export class DefaultStoreMetrics implements StoreMetrics {
  readonly #launch;
  readonly #step;
  readonly #repairs;
  readonly #refusals;
  readonly #transitions;
  readonly #requests;
  readonly #service: MetricsService;

  static create(options: { service: MetricsService }): DefaultStoreMetrics {
    return new DefaultStoreMetrics(options.service);
  }

  private constructor(service: MetricsService) {
    this.#service = service;
    const seconds = {
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    };
    this.#launch = service.createHistogram('app_store.launch.duration', {
      description: 'From the request until an instance can be opened',
      ...seconds,
    });
    this.#step = service.createHistogram('app_store.launch.step.duration', {
      description: 'What one step of a launch took',
      ...seconds,
    });
    this.#repairs = service.createCounter('app_store.drift.repairs', {
      description:
        'Objects in the cluster that were made again as they should be',
    });
    this.#refusals = service.createCounter('app_store.admissions.refused', {
      description: 'Objects of instances that the cluster refused',
    });
    this.#transitions = service.createCounter(
      'app_store.instances.transitions',
      { description: 'Changes of the status of instances that were seen' },
    );
    this.#requests = service.createCounter('app_store.kubernetes.requests', {
      description:
        'Requests to the Kubernetes API, by verb and class of the answer',
    });
    // What never happened is 0, so that the first time is an increase.
    for (const kind of OBJECT_KINDS) this.#repairs.add(0, { kind });
    for (const reason of REFUSAL_CODES) this.#refusals.add(0, { reason });
    for (const transition of TRANSITION_NAMES)
      this.#transitions.add(0, { transition });
  }

  launched(steps: LaunchSteps): void {
    for (const { step, fromMs, toMs } of spansOf({ steps }))
      this.#step.record((toMs - fromMs) / 1000, { step });
    if (steps.routed !== undefined) this.#launch.record(steps.routed / 1000);
  }

  answered(ms: number): void {
    this.#step.record(ms / 1000, { step: 'firstByte' });
  }

  repaired(kinds: ObjectKind[]): void {
    for (const kind of kinds) this.#repairs.add(1, { kind });
  }

  refused(cause: CauseCode): void {
    this.#refusals.add(1, { reason: cause });
  }

  moved(transition: TransitionName): void {
    this.#transitions.add(1, { transition });
  }

  requested(verb: string, code: number): void {
    this.#requests.add(1, {
      verb,
      code: code ? `${Math.floor(code / 100)}xx` : 'none',
    });
  }

  /** Has these read whenever figures are collected. */
  observe({ backlog, answeredAt, synced, checks }: Observed): void {
    this.#service
      .createObservableGauge('app_store.doctor.check', {
        description:
          'What the doctor found last: 0 holds, 1 wants a look, 2 does not hold',
      })
      .addCallback(result =>
        checks().forEach((state, check) =>
          result.observe(['OK', 'WARNING', 'FAILED'].indexOf(state), { check }),
        ),
      );
    const gauge = (
      name: string,
      options: { description: string; unit?: string },
      read: () => number | Promise<number>,
    ) =>
      this.#service
        .createObservableGauge(`app_store.${name}`, options)
        .addCallback(async result => {
          try {
            result.observe(await read());
          } catch {
            // A figure that cannot be read is absent; the readiness says more.
          }
        });
    gauge(
      'queue.depth',
      { description: 'Instances that are due to be looked at' },
      async () => (await backlog()).due,
    );
    gauge(
      'queue.oldest.age',
      { description: 'Since when the first of them is due', unit: 's' },
      async () => {
        const { oldestAt } = await backlog();
        return oldestAt ? Math.max(0, Date.now() - oldestAt) / 1000 : 0;
      },
    );
    gauge(
      'watch.age',
      {
        description: 'Since when the Kubernetes API has not answered',
        unit: 's',
      },
      () => Math.max(0, Date.now() - answeredAt()) / 1000,
    );
    gauge(
      'watch.synced',
      { description: '1 while all watches follow the cluster, 0 otherwise' },
      () => Number(synced()),
    );
  }
}
