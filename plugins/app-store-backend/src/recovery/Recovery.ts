/**
 * What an admin decides after the database was restored from a backup: to adopt what is newer than
 * the backup, or to discard it. Either asks for the plan that the admin has seen.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  RecoveryDecision,
  RecoveryReport,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { createHash } from 'node:crypto';
import type { AppSecretRow } from '../database/AppRepository';
import type { InstanceRecord } from '../database/InstanceRepository';
import type { Policy } from '../policy';
import { secretUser, type Preconditions } from '../service/apps/Preconditions';
import type { Audit, Trail } from '../service/Audit';
import type { Caller } from '../service/Caller';
import type { InstanceQuota } from '../service/instances/InstanceQuota';
import { launch } from '../service/instances/instanceChanges';
import type { InstanceRenderer } from '../service/instances/InstanceRenderer';
import { notAllowed, StoreError } from '../service/StoreError';
import type { RoleResolver } from '../identity/RoleResolver';
import type { KeyedLock } from '../storage/KeyedLock';
import type { Epoch } from './Epoch';
import {
  findUnknown,
  type RecoveryPlanOptions,
  type UnknownThing,
} from './RecoveryPlan';

/** Volumes of terminated instances are kept for at least this long after a decision, in milliseconds. */
const KEEP_MS = 7 * 24 * 3600_000;

/** What the service stands on. */
export interface RecoveryOptions extends RecoveryPlanOptions {
  epoch: Epoch;
  policy: Policy;
  audit: Audit;
  roles: RoleResolver;
  quota: InstanceQuota;
  renderer: InstanceRenderer;
  preconditions: Preconditions;
  /** By the digest of a bundle. */
  files: KeyedLock;
  /** The namespace of instances. */
  namespace: string;
  /** Told of each app, and each instance, that came back. */
  onApp: (id: string) => void;
  onInstance: (id: string) => void;
  logger: LoggerService;
}

function planOf(things: UnknownThing[]): string {
  return createHash('sha256')
    .update(JSON.stringify(things.map(({ item }) => item)))
    .digest('hex')
    .slice(0, 16);
}

/** See the module's comment. */
export class Recovery {
  readonly #o: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#o = options;
  }

  #assertMay(caller: Caller, trail: Trail): void {
    const decision = trail.decided(
      this.#o.policy.decide('platform', 'recover', caller, undefined),
    );
    if (!decision.allowed)
      throw notAllowed('Only admins see and decide this.', decision);
  }

  /** What there is to decide. */
  async report(caller: Caller): Promise<RecoveryReport> {
    return this.#o.audit.look(
      caller,
      'recovery:read',
      undefined,
      async trail => {
        this.#assertMay(caller, trail);
        const held = await this.#o.epoch.held();
        if (!held) return { held: false, items: [] };
        const things = await findUnknown(this.#o);
        return {
          held: true,
          since: held.since,
          epochs: held.epochs,
          plan: planOf(things),
          items: things.map(({ item }) => item),
        };
      },
    );
  }

  /**
   * Adopts or discards what the plan lists, and lets deletions go on.
   *
   * @param plan - of the report that the admin has seen
   * @throws StoreError 409 where there is nothing to decide, or something else by now
   */
  async decide(
    caller: Caller,
    decision: RecoveryDecision,
    plan: string,
  ): Promise<RecoveryReport> {
    const { epoch, audit, logger } = this.#o;
    const action = `recovery:${decision}`;
    return audit.run(caller, action, undefined, async trail => {
      this.#assertMay(caller, trail);
      if (!(await epoch.held()))
        throw new StoreError({
          status: 409,
          code: 'NOT_RESTORED',
          message: 'There is no restored backup to decide about.',
          owner: 'you',
          remedy: 'Nothing to do.',
        });
      const things = await findUnknown(this.#o);
      if (planOf(things) !== plan)
        throw new StoreError({
          status: 409,
          code: 'PLAN_CHANGED',
          message:
            'What there is to decide about has changed since you looked.',
          owner: 'you',
          remedy: 'Look at the list again, then decide.',
        });
      trail.detail = { plan, things: things.length };
      if (decision === 'adopt') await this.#adopt(things);
      else await this.#discard(things);
      // What the backup would purge may have been taken back since it was made.
      await this.#o.instances.keepTerminated(
        new Date(Date.now() + KEEP_MS).toISOString(),
      );
      await epoch.release();
      logger.info(
        `restored backup: ${caller.userEntityRef} decided to ${decision} ${things.length} things; the store deletes again`,
      );
      return { held: false, items: things.map(({ item }) => item) };
    });
  }

  async #adopt(things: UnknownThing[]): Promise<void> {
    // In this order: apps name secrets, and instances are those of apps.
    for (const kind of ['secret', 'app', 'instance'])
      for (const thing of things)
        if (thing.item.kind === kind && thing.item.adoptable)
          await this.#attempt(thing);
    for (const thing of things)
      if (!thing.item.adoptable) await this.#leave(thing);
  }

  /** What cannot be adopted after all is said so, and holds up nothing else. */
  async #attempt(thing: UnknownThing): Promise<void> {
    try {
      if ('secret' in thing) await this.#adoptSecret(thing.secret);
      else if ('app' in thing) await this.#adoptApp(thing.app);
      else if ('instance' in thing) await this.#adoptInstance(thing.instance);
    } catch (error) {
      const { kind, id } = thing.item;
      const reason = (error as Error).message;
      this.#o.logger.warn(`the ${kind} ${id} was not adopted: ${reason}`);
      thing.item.adoptable = false;
      thing.item.reason = reason;
    }
  }

  /** Marks what cannot be adopted, so that no sweep takes it. */
  async #leave(thing: UnknownThing): Promise<void> {
    if ('secret' in thing)
      await this.#o.secretCluster.keepWithoutRow(thing.secret);
    else if ('bundle' in thing) await this.#o.notes.keepBundle(thing.bundle);
    else if ('app' in thing)
      await this.#o.notes.keepBundle(thing.app.bundleDigest);
  }

  async #adoptApp(app: Extract<UnknownThing, { app: unknown }>['app']) {
    const { apps, preconditions, secrets, onApp } = this.#o;
    // Who may see it is for its owner to say anew; the tags went with the rows.
    const draft = { ...app, visibility: 'PRIVATE' as const };
    const named = new Map<string, AppSecretRow>();
    for (const entry of [...app.manifest.env, ...app.manifest.files]) {
      const { secret: name, secretKey: key, optional } = entry;
      if (!name || !key) continue;
      const id = JSON.stringify([name, key]);
      // What is needed in one place is needed.
      const needed = !optional || named.get(id)?.optional === false;
      named.set(id, { name, key, optional: !needed });
    }
    const rows = [...named.values()];
    const resolved = await secrets.resolve(
      secretUser(app),
      rows.map(({ name }) => name),
    );
    const problems = await preconditions.problems(draft);
    await apps.insert(
      { ...draft, runnable: !problems.length, problems },
      {
        secrets: rows.map(row => ({
          ...row,
          secretId: row.optional ? undefined : resolved.get(row.name)?.id,
        })),
      },
    );
    onApp(app.id);
  }

  async #adoptSecret(
    secret: Extract<UnknownThing, { secret: unknown }>['secret'],
  ) {
    const now = new Date().toISOString();
    await this.#o.secrets.insert({
      id: secret.secretId,
      ...secret.label!,
      keys: secret.keys,
      valueVersion: 1,
      valueDigest: secret.digest,
      state: 'READY',
      revision: 1,
      createdAt: secret.createdAt,
      updatedAt: now,
    });
  }

  async #adoptInstance(
    found: Extract<UnknownThing, { instance: unknown }>['instance'],
  ) {
    const { apps, instances, renderer, namespace, onInstance } = this.#o;
    const { instanceId: id, description, replicas, claimUid } = found;
    const { appId, ownerRef, launchProfile, parameters = {} } = description!;
    const [app] = await apps.getMany([appId]);
    if (!app) return;
    const secretsOf = description!.secretsOf ?? app.ownerRef;
    const now = new Date();
    const { objects, used } = await renderer.render(
      // Never those of an owner who came later.
      { ...app, ownerRef: secretsOf },
      {
        id,
        ownerRef,
        launchProfile,
        parameters,
      },
    );
    const released = replicas === undefined;
    const record: Omit<InstanceRecord, 'slot'> = {
      id,
      appId,
      ownerRef,
      // Its owner shares it anew.
      visibility: 'PRIVATE',
      desired: released ? 'released' : 'suspended',
      cluster: 'default',
      namespace,
      objects,
      status: 'SUSPENDED',
      stages: {},
      restartCount: 0,
      timeoutSeconds: app.manifest.instanceTimeoutSeconds ?? -1,
      suspendable: true,
      extended: false,
      launchProfile,
      parameters,
      secretsOf,
      launch: 1,
      claimUid,
      ...(released
        ? { purgeAfter: new Date(now.getTime() + KEEP_MS).toISOString() }
        : {}),
      revision: 1,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
    };
    await instances.adopt(record, used);
    if (replicas) await this.#resume(record, now);
    onInstance(id);
  }

  /** What ran runs on, where its owner has a slot for it. */
  async #resume(record: Omit<InstanceRecord, 'slot'>, now: Date) {
    const { roles, quota, instances } = this.#o;
    const limit = quota.limit(await roles.resolve(record.ownerRef));
    await instances.resume(record.id, record.ownerRef, limit, {
      ...launch(record as InstanceRecord, now),
      desired: 'running',
    });
  }

  async #discard(things: UnknownThing[]): Promise<void> {
    const { apps, bundles, files, notes, secretCluster, inventory } = this.#o;
    for (const thing of things) {
      if ('app' in thing) await notes.remove(thing.app.id);
      const digest =
        'app' in thing
          ? thing.app.bundleDigest
          : 'bundle' in thing && thing.bundle;
      if (digest)
        await files.run(digest, async () => {
          // Its owner may have imported it again meanwhile.
          if (!(await apps.usesBundle(digest)))
            await bundles.removeBundle(digest);
        });
      else if ('secret' in thing)
        await secretCluster.remove(thing.secret.secretId, thing.secret);
      else if ('instance' in thing) await inventory.delete(thing.instance);
    }
  }
}
