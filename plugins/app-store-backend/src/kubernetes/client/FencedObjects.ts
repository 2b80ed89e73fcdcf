/**
 * Writes and deletes objects in the cluster so that a worker that stood still past its lease
 * changes nothing that another one did meanwhile. A lease does not fence Kubernetes, hence the
 * order: the object is read, the lease is checked, and what is written names the uid and the
 * version that was read. Where there was nothing it is created, not applied; what was created
 * past the lease is taken away again. Every deletion names the uid and the version.
 */
import type { KubeApi } from './KubeApi';
import { isConflict, KubeError } from './KubeError';
import { isOnlyCreated, type KubeObject } from './kubeObjects';
import { LABELS } from '../manifests/labels';

/** How often what changes all the time is read, and written or deleted, anew. */
const ROUNDS = 5;

/** True as long as the work is this worker's. */
export type StillMine = () => Promise<boolean>;

/** Another worker has the lease by now. */
class LeaseLost extends Error {
  constructor() {
    super('another worker took over');
    this.name = 'LeaseLost';
  }
}

/** @throws LeaseLost */
async function assertMine(stillMine: StillMine): Promise<void> {
  if (!(await stillMine())) throw new LeaseLost();
}

export function alreadyExists(error: unknown): boolean {
  return error instanceof KubeError && error.reason === 'AlreadyExists';
}

/** Creates, applies and deletes objects in such a way that a stalled worker does no harm. */
export class FencedObjects {
  readonly #api: KubeApi;
  readonly #installation: string;

  constructor(options: { api: KubeApi; installation: string }) {
    this.#api = options.api;
    this.#installation = options.installation;
  }

  /**
   * The object as it is.
   *
   * @param uid - of the one that this store made, where that is known: it is its own, whatever its labels say by now
   * @throws KubeError 409, `NotOurs`, where an object of this name is not this installation's
   */
  async read(
    object: KubeObject,
    uid?: string,
  ): Promise<KubeObject | undefined> {
    const found = await this.#api.get<KubeObject>(object);
    if (!found || (uid && found.metadata!.uid === uid)) return found;
    const owner = found.metadata!.labels?.[LABELS.installation];
    if (owner === this.#installation) return found;
    const { kind } = object;
    const { name } = object.metadata!;
    throw new KubeError(
      409,
      'NotOurs',
      `the ${kind} ${name} in the cluster belongs to ${
        owner ? 'another app store' : 'somebody else'
      }`,
      { details: { kind, name } },
    );
  }

  /**
   * Brings objects to the state given, or makes them.
   *
   * @param options.fresh - they were never written: saves the look
   * @param options.uids - of those that this store made, by kind
   * @returns the objects as they are afterwards
   * @throws LeaseLost; KubeError 409 where one is changed again and again between reading and writing
   */
  async apply(
    objects: KubeObject[],
    stillMine: StillMine,
    options: { fresh?: boolean; uids?: Partial<Record<string, string>> } = {},
  ): Promise<KubeObject[]> {
    const { fresh = false, uids = {} } = options;
    const live = fresh
      ? objects.map(() => undefined)
      : await Promise.all(
          objects.map(object => this.read(object, uids[object.kind!])),
        );
    await assertMine(stillMine);
    const made: KubeObject[] = [];
    const written = await Promise.allSettled(
      objects.map(async (object, i) => {
        if (live[i])
          return this.#update(object, live[i], stillMine, uids[object.kind!]);
        const created = await this.#api.create(object);
        made.push(created);
        return created;
      }),
    );
    await this.#keep(made, stillMine);
    const failures = written.flatMap(result =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    // A predecessor made them and died before it could say so.
    if (fresh && failures.some(alreadyExists))
      return this.apply(objects, stillMine, { uids });
    if (failures.length) throw failures[0];
    return written.map(
      result => (result as PromiseFulfilledResult<KubeObject>).value,
    );
  }

  /**
   * Makes an object that was never there.
   *
   * @throws LeaseLost; KubeError 409, `AlreadyExists`
   */
  async create(object: KubeObject, stillMine: StillMine): Promise<KubeObject> {
    await assertMine(stillMine);
    const made = await this.#api.create(object);
    await this.#keep([made], stillMine);
    return made;
  }

  /** Nothing fences a creation: what came too late is taken away again. */
  async #keep(made: KubeObject[], stillMine: StillMine): Promise<void> {
    if (!made.length || (await stillMine())) return;
    await Promise.all(made.map(object => this.#takeBack(object)));
    throw new LeaseLost();
  }

  /**
   * Deletes what this worker created, unless another one took it over: that one has applied it,
   * and at the very least made it its own (see {@link KubeApi.ownByApply}).
   */
  async #takeBack(object: KubeObject): Promise<void> {
    const { uid } = object.metadata!;
    for (;;) {
      const found = await this.#api.get<KubeObject>(object);
      const { metadata } = found ?? {};
      if (
        !found ||
        metadata!.uid !== uid ||
        metadata!.deletionTimestamp ||
        !isOnlyCreated(found)
      )
        return;
      // Controllers write its status meanwhile: then it is looked at once more.
      await this.#api.delete(object, {
        uid: uid!,
        resourceVersion: metadata!.resourceVersion,
      });
    }
  }

  /**
   * Takes over an object that is as it should be but for its maker, who may be about to take
   * it back.
   */
  async adopt(found: KubeObject): Promise<KubeObject> {
    return this.#api.ownByApply(found);
  }

  /** Writes what was read, and reads it anew where it changed: a workload that is starting changes all the time. */
  async #update(
    object: KubeObject,
    found: KubeObject,
    stillMine: StillMine,
    uid?: string,
  ): Promise<KubeObject> {
    let current = found;
    for (let round = 1; ; round++) {
      try {
        return await this.#write(object, current);
      } catch (error) {
        if (round === ROUNDS || !isConflict(error)) throw error;
        const again = await this.read(object, uid);
        await assertMine(stillMine);
        if (again?.metadata!.uid !== found.metadata!.uid) throw error;
        current = again!;
      }
    }
  }

  async #write(object: KubeObject, found: KubeObject): Promise<KubeObject> {
    const owned = await this.#api.ownByApply(found);
    // A claim's spec is the cluster's, once it is bound.
    const { uid, resourceVersion } = (
      object.kind === 'PersistentVolumeClaim'
        ? owned
        : await this.#api.takeOver(owned)
    ).metadata!;
    return this.#api.apply({
      ...object,
      metadata: { ...object.metadata, uid, resourceVersion },
    });
  }

  /**
   * Not what another worker wrote since it was read, under the same uid.
   *
   * @returns true where it was, or a controller told of its state
   */
  async #wasChanged(object: KubeObject): Promise<boolean> {
    const { uid, resourceVersion } = object.metadata!;
    const result = await this.#api.delete(object, {
      uid: uid!,
      resourceVersion,
    });
    return result === 'changed';
  }

  /**
   * Deletes objects.
   *
   * @param uids - of those that this store made, by kind
   * @returns true where none of them is left
   * @throws LeaseLost
   */
  async remove(
    objects: KubeObject[],
    stillMine: StillMine,
    uids: Partial<Record<string, string>> = {},
  ): Promise<boolean> {
    for (let round = 0; round < ROUNDS; round++) {
      const live = (
        await Promise.all(
          objects.map(object => this.read(object, uids[object.kind!])),
        )
      ).flatMap(found => found ?? []);
      if (!live.length) return true;
      await assertMine(stillMine);
      const changed = await Promise.all(
        live
          .filter(found => !found.metadata!.deletionTimestamp)
          .map(found => this.#wasChanged(found)),
      );
      // A workload that is starting changes all the time.
      if (!changed.includes(true)) break;
    }
    return false;
  }
}
