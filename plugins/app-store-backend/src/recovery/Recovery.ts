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
import type { AppSecretRow } from '../apps/AppRepository';
import type {
  InstanceTransitions,
  NewInstance,
} from '../instances/InstanceTransitions';
import type { Policy } from '../policy';
import { secretUser, type Preconditions } from '../apps/Preconditions';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import type { InstanceQuota } from '../instances/InstanceQuota';
import { launch } from '../instances/instanceChanges';
import type { InstanceRenderer } from '../instances/InstanceRenderer';
import { StoreError } from '../errors/StoreError';
import type { RoleResolver } from '../auth/RoleResolver';
import type { KeyedLock } from '../database/KeyedLock';
import type { Epoch } from '../epoch/Epoch';
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
  transitions: InstanceTransitions;
  /** The namespace of instances. */
  namespace: string;
  logger: LoggerService;
}

function planOf(things: UnknownThing[]): string {
  return createHash('sha256')
    .update(JSON.stringify(things.map(({ item }) => item)))
    .digest('hex')
    .slice(0, 16);
}

/** Shows what a restored backup does not know, and adopts or discards it. */
export class Recovery {
  readonly #o: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#o = options;
  }

  #assertMay(caller: Caller, context: AuditContext): void {
    context.assertAllowed(
      this.#o.policy.decide('platform', 'recover', caller, undefined),
      'Only admins can see and decide this.',
    );
  }

  /** What there is to decide. */
  async report(caller: Caller): Promise<RecoveryReport> {
    return this.#o.audit.look(
      caller,
      'recovery:read',
      undefined,
      async context => {
        this.#assertMay(caller, context);
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
    return audit.run(caller, action, undefined, async context => {
      this.#assertMay(caller, context);
      if (!(await epoch.held()))
        throw new StoreError({
          status: 409,
          code: 'NOT_RESTORED',
          message:
            'There is no restored backup, so there is nothing to decide.',
          owner: 'you',
          remedy: 'Nothing to do.',
        });
      const things = await findUnknown(this.#o);
      if (planOf(things) !== plan)
        throw new StoreError({
          status: 409,
          code: 'PLAN_CHANGED',
          message: 'The list of newer data has changed since you loaded it.',
          owner: 'you',
          remedy: 'Reload the list, then decide.',
        });
      context.detail = { plan, things: things.length };
      if (decision === 'adopt') await this.#adopt(things);
      else await this.#discard(things);
      // What the backup would purge may have been restored by its owner since it was made.
      await this.#o.transitions.keepTerminated(
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
    const { apps, preconditions, secrets } = this.#o;
    // Who can see it is for its owner to say anew; the tags went with the rows.
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
    const { apps, transitions, renderer, namespace } = this.#o;
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
    const record: NewInstance = {
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
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
    };
    await transitions.adopt(record, used);
    if (replicas) await this.#resume(record, now);
  }

  /** What ran runs on, where its owner has a slot for it. */
  async #resume(record: NewInstance, now: Date) {
    const { roles, quota, transitions } = this.#o;
    const limit = quota.limit(await roles.resolve(record.ownerRef));
    await transitions.resume(record.id, record.ownerRef, limit, {
      ...launch(record, now),
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
