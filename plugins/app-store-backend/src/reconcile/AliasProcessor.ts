/**
 * Keeps an Ingress or an HTTPRoute for each alias, where an operator asks for that: makes it, moves it with
 * its alias, puts it right, removes it. Every replica does, at once, when an alias or its object
 * changes; what is as it should be costs no request. Nobody has a lease: before and after each write the
 * alias is read again, and a write for what it was before is taken back.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import pLimit from 'p-limit';
import type { AliasRepository } from '../aliases/AliasRepository';
import { EVERYTHING, type ChangeFeed } from '../changes/ChangeReader';
import type { DeletionGuard } from '../epoch/Epoch';
import type { AliasCluster } from '../kubernetes/AliasCluster';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { ALIAS_ANNOTATION } from '../kubernetes/manifests/labels';
import { isAsWanted } from '../kubernetes/isAsWanted';
import { isConflict } from '../kubernetes/client/KubeError';
import { waitAfter } from './backOff';

/** Objects that are written at once. */
const AT_ONCE = 4;
/** Until it is asked again whether anything may be deleted. */
const HELD_MS = 10_000;
/** An object that somebody changes all the time is put right less and less often: in this time, in milliseconds, it counts. */
const FIGHT_MS = 300_000;
/** So often at once; then after twice the time each, up to this many times. */
const AT_ONCE_TIMES = 10;
const LAST_TIMES = 17;
/** The first of these times, in milliseconds. */
const PAUSE_MS = 1000;

/** What an object is made for. */
export interface RoutedAlias {
  id: string;
  name: string;
  instanceId?: string;
  revision: number;
}

/** An attempt that failed. */
interface Failure {
  count: number;
  message: string;
}

/** What differs between aliases and their objects, for the doctor. */
export interface RouteFault {
  aliasId: string;
  name?: string;
  what: 'missing' | 'different' | 'unwanted' | 'unlisted';
  /** Why the last attempt failed. */
  error?: string;
}

export interface AliasProcessorOptions {
  aliases: Pick<AliasRepository, 'find' | 'isServed'> & {
    all(): AsyncIterable<RoutedAlias>;
  };
  cluster: Pick<
    AliasCluster,
    'kind' | 'seen' | 'apply' | 'remove' | 'start' | 'stop' | 'whenListed'
  >;
  /** The object that an alias should have. */
  routeOf: (alias: RoutedAlias) => KubeObject;
  feed: ChangeFeed;
  guard: Pick<DeletionGuard, 'isHeld'>;
  logger: LoggerService;
  random?: () => number;
  now?: () => number;
}

/** Brings the objects of aliases to what the database says. */
export class AliasProcessor {
  readonly #o: AliasProcessorOptions;
  readonly #now: () => number;
  readonly #limit = pLimit(AT_ONCE);
  readonly #busy = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, Failure>();
  readonly #retries = new Map<string, NodeJS.Timeout>();
  /** When each was written last for the same revision, and how often. */
  readonly #written = new Map<
    string,
    { revision: number | undefined; at: number; count: number }
  >();
  #unsubscribe = () => {};
  #stopped = false;

  constructor(options: AliasProcessorOptions) {
    this.#o = options;
    this.#now = options.now ?? Date.now;
  }

  /** Follows aliases and objects; brings all into line once these were listed. */
  start(): void {
    const { cluster, feed, logger } = this.#o;
    cluster.start(id => this.wake(id));
    const begin = async () => {
      await cluster.whenListed();
      if (this.#stopped) return;
      this.#unsubscribe = feed.subscribe(name => {
        const changed = name === EVERYTHING ? this.look() : this.#changed(name);
        changed.catch(error => logger.warn(`alias ${name}: ${error.message}`));
      });
      await this.look();
    };
    begin().catch(error => logger.warn(`objects of aliases: ${error.message}`));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#retries.forEach(timer => clearTimeout(timer));
    this.#o.cluster.stop();
    await Promise.all(this.#busy.values());
  }

  /** An alias of this name was made, moved or deleted. */
  async #changed(name: string): Promise<void> {
    const alias = await this.#o.aliases.find(name);
    const ids = new Set(alias ? [alias.id] : []);
    // A name that was deleted and taken again is another alias.
    for (const [id, object] of this.#o.cluster.seen)
      if (nameOf(object) === name) ids.add(id);
    ids.forEach(id => this.wake(id));
  }

  /** Looks at one alias, now or once the present look at it is over. */
  wake(id: string): void {
    if (this.#stopped) return;
    if (this.#busy.has(id)) {
      this.#again.add(id);
      return;
    }
    const work = this.#limit(() => this.#reconcile(id)).finally(() => {
      this.#busy.delete(id);
      if (this.#again.delete(id)) this.wake(id);
    });
    this.#busy.set(id, work);
  }

  /** Looks at all, once each; costs a request only for what is not as it should be. */
  async look(): Promise<void> {
    for (const { aliasId } of await this.faults()) this.wake(aliasId);
    await Promise.all(this.#busy.values());
  }

  /** What is not as it should be, compared in memory. */
  async faults(): Promise<RouteFault[]> {
    const { aliases, cluster, routeOf } = this.#o;
    const unknown = new Set(cluster.seen.keys());
    const faults: RouteFault[] = [];
    const add = (fault: RouteFault) =>
      faults.push({
        ...fault,
        error: this.#failures.get(fault.aliasId)?.message,
      });
    for await (const alias of aliases.all()) {
      const { id: aliasId, name } = alias;
      const found = cluster.seen.get(aliasId);
      unknown.delete(aliasId);
      if (!aliases.isServed(name)) {
        if (found) add({ aliasId, name, what: 'unlisted' });
      } else if (!found) add({ aliasId, name, what: 'missing' });
      else if (!isAsWanted(found, routeOf(alias)))
        add({ aliasId, name, what: 'different' });
    }
    unknown.forEach(aliasId => add({ aliasId, what: 'unwanted' }));
    return faults;
  }

  async #reconcile(id: string): Promise<void> {
    if (this.#stopped) return;
    clearTimeout(this.#retries.get(id));
    this.#retries.delete(id);
    try {
      if (await this.#bringIntoLine(id)) this.#failures.delete(id);
    } catch (error) {
      // Another look does what there is to do by now.
      if ((error as Error).name === 'LeaseLost') this.#again.add(id);
      else this.#failed(id, error as Error);
    }
  }

  /** @returns false where it has to wait */
  async #bringIntoLine(id: string): Promise<boolean> {
    const { aliases, cluster, guard, routeOf } = this.#o;
    const alias = await aliases.find(id);
    const wanted =
      alias && aliases.isServed(alias.name) ? routeOf(alias) : undefined;
    const found = cluster.seen.get(id);
    const isUnchanged = async () =>
      (await aliases.find(id))?.revision === alias?.revision;
    const isRight = wanted ? found && isAsWanted(found, wanted) : !found;
    if (isRight) {
      if (!alias) this.#written.delete(id);
      return true;
    }
    // A restored database knows nothing of what came after its backup.
    if (!alias && (await guard.isHeld('cluster'))) {
      this.#retry(id, HELD_MS);
      return false;
    }
    const waitMs = this.#fightMs(id, alias?.revision);
    if (waitMs > 0) {
      this.#retry(id, waitMs);
      return false;
    }
    if (wanted) await cluster.apply(id, wanted, isUnchanged);
    else await cluster.remove(id, isUnchanged);
    this.#noteWritten(id, alias?.revision);
    return true;
  }

  /** How often it was written for this revision, one after the other. */
  #timesWritten(id: string, revision: number | undefined): number {
    const before = this.#written.get(id);
    return before &&
      before.revision === revision &&
      this.#now() - before.at < FIGHT_MS
      ? before.count
      : 0;
  }

  /**
   * How long to leave an object to whoever changes it back each time: another replica with other
   * settings, or another controller.
   */
  #fightMs(id: string, revision: number | undefined): number {
    const times = this.#timesWritten(id, revision);
    if (times < AT_ONCE_TIMES) return 0;
    const pauseMs = PAUSE_MS * 2 ** (times - AT_ONCE_TIMES);
    return this.#written.get(id)!.at + pauseMs - this.#now();
  }

  #noteWritten(id: string, revision: number | undefined): void {
    const count = this.#timesWritten(id, revision) + 1;
    this.#written.set(id, {
      revision,
      at: this.#now(),
      count: Math.min(count, LAST_TIMES),
    });
  }

  #failed(id: string, error: Error): void {
    const conflict = isConflict(error);
    const before = this.#failures.get(id);
    const count = (before?.count ?? 0) + (conflict ? 0 : 1);
    if (!conflict && before?.message !== error.message)
      this.#o.logger.warn(
        `the ${this.#o.cluster.kind} of alias ${id}: ${error.message}`,
      );
    const { random = Math.random } = this.#o;
    this.#failures.set(id, {
      count,
      message: conflict ? before?.message ?? '' : error.message,
    });
    this.#retry(id, waitAfter(error, count, random()));
  }

  #retry(id: string, ms: number): void {
    clearTimeout(this.#retries.get(id));
    const timer = setTimeout(() => this.wake(id), ms);
    timer.unref();
    this.#retries.set(id, timer);
  }
}

/** The name of the alias that an object is for. */
function nameOf({ metadata }: KubeObject): string | undefined {
  return metadata?.annotations?.[ALIAS_ANNOTATION];
}
