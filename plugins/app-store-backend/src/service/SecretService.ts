/**
 * Secrets: names and keys are kept in the database, values in Kubernetes Secrets
 * and nowhere else. Written through: Kubernetes first, then the row. Every rule
 * about them is applied here.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  appNameProblem,
  secretKeyProblem,
  secretNameProblem,
  type AppSecret,
  type Page,
  type SecretIdentity,
  type SecretUsage,
  type SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import { appFacts, type AppRepository } from '../database/AppRepository';
import type { InstanceRepository } from '../database/InstanceRepository';
import type {
  SecretKey,
  SecretRecord,
  SecretRepository,
} from '../database/SecretRepository';
import { KubeError } from '../kubernetes/KubeApi';
import type { DeletionGuard, Epoch } from '../recovery/Epoch';
import type { Policy, SecretAction } from '../policy';
import type { SecretCluster } from '../processors/SecretCluster';
import type { Audit, Trail } from './Audit';
import type { Caller } from './Caller';
import type { ChangeFeed } from './ChangeFeed';
import type { KeyedLock } from '../storage/KeyedLock';
import type { Preconditions } from './apps/Preconditions';
import { instanceFacts } from './instances/presentInstance';
import { notAllowed, notFound, stale, StoreError } from './StoreError';

/** Kubernetes' limit of a Secret, in bytes. */
const SECRET_LIMIT = 1024 * 1024;

/** What the service stands on. */
export interface SecretServiceOptions {
  policy: Policy;
  audit: Audit;
  secrets: SecretRepository;
  apps: AppRepository;
  instances: InstanceRepository;
  cluster: SecretCluster;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
  preconditions: Preconditions;
  /** One writer at a time for each secret. */
  turns: KeyedLock;
  logger: LoggerService;
  /** Told of instances whose secrets changed. */
  feed: ChangeFeed;
}

/** How a secret is written. */
export interface SecretWrite {
  data: Record<string, string>;
  /** `base64` for values that are no text. */
  encoding?: 'utf8' | 'base64';
  /** What the change was made from. */
  revision?: number;
  /** Only where it is not there yet. */
  create?: boolean;
}

/** See the module's comment. */
export class SecretService {
  readonly #o: SecretServiceOptions;

  constructor(options: SecretServiceOptions) {
    this.#o = options;
  }

  #present(caller: Caller, record: SecretRecord): AppSecret {
    const may = (action: SecretAction) =>
      this.#o.policy.decide('secret', action, caller, record).allowed;
    return {
      id: record.id,
      name: record.name,
      visibility: record.visibility,
      ...(record.parent ? { parent: record.parent } : {}),
      owner: record.ownerRef,
      keys: record.keys,
      state: record.state,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      revision: record.revision,
      can: {
        reveal: may('reveal'),
        update: may('update'),
        delete: may('delete'),
      },
    };
  }

  #key(caller: Caller, identity: SecretIdentity): SecretKey {
    const { name, visibility = 'PRIVATE', parent } = identity;
    if (parent && visibility !== 'APP')
      throw new StoreError({
        status: 400,
        code: 'BAD_SECRET',
        message: `The secret ${JSON.stringify(
          name.slice(0, 80),
        )} is ${visibility}: only an APP secret has a parent.`,
        owner: 'you',
        remedy: 'Leave the parent out, or set visibility=APP.',
      });
    return {
      name,
      visibility,
      parent: visibility === 'APP' ? parent ?? '' : '',
      ownerRef: caller.userEntityRef,
    };
  }

  /** One page of secrets, without their values. */
  async list(
    caller: Caller,
    query: {
      visibility?: SecretVisibility;
      search?: string;
      limit?: number;
      cursor?: string;
    },
  ): Promise<Page<AppSecret>> {
    const { items, nextCursor } = await this.#o.secrets.list(caller, {
      ...query,
      limit: query.limit ?? 50,
    });
    if (!items.length)
      await this.#o.audit.look(
        caller,
        'secret:list',
        undefined,
        async trail => {
          // Whoever may have none of any kind is told so.
          const decision = trail.decided(
            this.#o.policy.decide('secret', 'read', caller, {
              name: '',
              ownerRef: caller.userEntityRef,
              visibility: caller.admin ? 'ALL_USERS' : 'PRIVATE',
            }),
          );
          if (!decision.allowed)
            throw notAllowed('Visitors have no secrets.', decision);
        },
      );
    return {
      items: items.map(record => this.#present(caller, record)),
      nextCursor,
    };
  }

  /**
   * A secret with which the caller may do something.
   *
   * @throws StoreError 404 where it is not there or not to be seen, 403 otherwise
   */
  async #require(
    caller: Caller,
    identity: SecretIdentity,
    action: SecretAction,
    trail: Trail,
  ): Promise<SecretRecord> {
    const record = await this.#o.secrets.find(this.#key(caller, identity));
    if (!record) throw notFound('secret', identity.name);
    trail.about(record);
    const decision = trail.decided(
      this.#o.policy.decide('secret', action, caller, record),
    );
    if (decision.allowed) return record;
    const seen = this.#o.policy.decide('secret', 'read', caller, record);
    if (!seen.allowed) throw notFound('secret', identity.name);
    throw notAllowed('You may not do this to the secret.', decision);
  }

  async get(caller: Caller, identity: SecretIdentity): Promise<AppSecret> {
    const record = await this.#o.audit.look(
      caller,
      'secret:read',
      undefined,
      trail => this.#require(caller, identity, 'read', trail),
    );
    return this.#present(caller, record);
  }

  /** The values by key, in base64. Each time is written down. */
  async reveal(
    caller: Caller,
    identity: SecretIdentity,
  ): Promise<Record<string, string>> {
    return this.#o.audit.run(
      caller,
      'secret:reveal',
      undefined,
      async trail => {
        const record = await this.#require(caller, identity, 'reveal', trail);
        const data = await this.#o.cluster.read(record.id);
        if (!data)
          throw new StoreError({
            status: 404,
            code: 'SECRET_LOST',
            message: 'The values of this secret are gone from the cluster.',
            owner: 'you',
            remedy: 'Write them anew.',
          });
        return data;
      },
    );
  }

  /**
   * Makes a secret, or replaces its whole key set.
   *
   * @throws StoreError 400 for names and values that do not do, 403, 412, 413
   */
  async put(
    caller: Caller,
    identity: SecretIdentity,
    write: SecretWrite,
  ): Promise<{ secret: AppSecret; created: boolean }> {
    const key = this.#key(caller, identity);
    return this.#o.audit.run(caller, 'secret:put', undefined, async trail => {
      trail.resourceName = key.name;
      trail.detail = {
        visibility: key.visibility,
        parent: key.parent || undefined,
        keys: Object.keys(write.data).sort(),
      };
      this.#assertWrite(caller, key, await this.#o.secrets.find(key), trail);
      const data = readData(key, write);
      const turn = JSON.stringify([
        'secret',
        key.name,
        key.visibility,
        key.parent,
        key.visibility === 'PRIVATE' ? key.ownerRef : '',
      ]);
      // New values are in the cluster before a backup can know their row.
      return this.#o.epoch.making('cluster', () =>
        this.#o.turns.run(turn, () =>
          this.#write(caller, key, data, write, trail),
        ),
      );
    });
  }

  /** What is there is updated, what is not is created: each has its rule. */
  #assertWrite(
    caller: Caller,
    key: SecretKey,
    before: SecretRecord | undefined,
    trail: Trail,
  ): void {
    const decision = trail.decided(
      this.#o.policy.decide(
        'secret',
        before ? 'update' : 'create',
        caller,
        before ?? key,
      ),
    );
    if (!decision.allowed)
      throw notAllowed(
        caller.fullAccess || caller.admin
          ? 'Only admins write secrets that are not PRIVATE.'
          : 'Visitors have no secrets.',
        decision,
      );
  }

  async #write(
    caller: Caller,
    key: SecretKey,
    data: Record<string, string>,
    write: SecretWrite,
    trail: Trail,
  ): Promise<{ secret: AppSecret; created: boolean }> {
    const { secrets, cluster } = this.#o;
    const known = await secrets.find(key);
    // In this order: who stood still in between names an older object than there is then.
    const seen = known && (await cluster.look(known.id));
    const before = await secrets.find(key);
    if (before?.id !== known?.id) throw stale('secret');
    this.#assertWrite(caller, key, before, trail);
    if (
      (write.create && before) ||
      (write.revision !== undefined && before?.revision !== write.revision)
    )
      throw stale('secret');
    const now = new Date().toISOString();
    const id = before?.id ?? randomUUID();
    trail.about({ id, name: key.name });
    const change = {
      keys: Object.keys(data).sort(),
      valueDigest: await cluster.digest(data),
      updatedAt: now,
    };
    await cluster.put(id, key, data, seen).catch(error => {
      throw error instanceof KubeError && error.code === 409
        ? stale('secret')
        : error;
    });
    if (!before)
      await secrets.insert({
        ...key,
        ...change,
        id,
        valueVersion: 1,
        state: 'READY',
        revision: 1,
        createdAt: now,
      });
    else if (!(await secrets.update(id, change, before.revision)))
      throw stale('secret');
    const record = (await secrets.get(id))!;
    await this.#afterwards(
      `apps that use the secret ${id} were not looked at`,
      () => this.#spread(record),
    );
    return { secret: this.#present(caller, record), created: !before };
  }

  /** What follows a change that is made, whatever comes of it: others mend it later. */
  async #afterwards(failed: string, work: () => Promise<unknown>) {
    await work().catch(error =>
      this.#o.logger.warn(`${failed}: ${error.message}`),
    );
  }

  /** Has apps and instances that use it looked at. */
  async #spread(record: SecretRecord): Promise<void> {
    const uses = await this.#o.secrets.usesOf(record);
    await this.#o.preconditions.refreshUsersOf(uses.map(use => use.appId));
    for (const { id } of await this.#o.instances.startedWith(record.id))
      this.#o.feed.changed(id);
  }

  /** @throws StoreError 409 while an app needs it */
  async delete(caller: Caller, identity: SecretIdentity): Promise<void> {
    return this.#o.audit.run(
      caller,
      'secret:delete',
      undefined,
      async trail => {
        const record = await this.#require(caller, identity, 'delete', trail);
        const { cluster, epoch } = this.#o;
        await epoch.assertMayDelete();
        const uses = await this.#o.secrets.usesOf(record);
        // A cluster that is away keeps no secret: its value is dropped later.
        const seen = await cluster.look(record.id).catch(() => undefined);
        if (!(await this.#o.secrets.delete(record.id)))
          throw new StoreError({
            status: 409,
            code: 'SECRET_IN_USE',
            message: `The secret is needed by ${await this.#names(
              caller,
              uses.filter(use => !use.optional).map(use => use.appId),
            )}.`,
            owner: 'you',
            remedy: 'Delete these apps first.',
          });
        // A value without a row is nobody's; where this fails the SecretProcessor drops it.
        await this.#afterwards(
          `the value of the secret ${record.id} was not removed yet`,
          () => cluster.remove(record.id, seen),
        );
        await this.#afterwards(
          `apps that used the secret ${record.id} were not looked at`,
          () =>
            this.#o.preconditions.refreshUsersOf(uses.map(use => use.appId)),
        );
      },
    );
  }

  /** Names of apps that the caller sees, and how many others there are. */
  async #names(caller: Caller, ids: string[]): Promise<string> {
    const apps = await this.#o.apps.getMany(ids);
    const seen = apps.filter(
      app =>
        this.#o.policy.decide('app', 'read', caller, appFacts(app)).allowed,
    );
    const others = apps.length - seen.length;
    return [
      ...seen.slice(0, 5).map(app => `${app.name} ${app.version}`),
      ...(seen.length > 5 ? [`${seen.length - 5} more`] : []),
      ...(others ? [`${others} of others`] : []),
    ].join(', ');
  }

  /** Who uses it: apps that name it, instances that were started with it. */
  async usage(caller: Caller, identity: SecretIdentity): Promise<SecretUsage> {
    const record = await this.#o.audit.look(
      caller,
      'secret:read',
      undefined,
      trail => this.#require(caller, identity, 'read', trail),
    );
    const [uses, started] = await Promise.all([
      this.#o.secrets.usesOf(record),
      this.#o.instances.startedWith(record.id),
    ]);
    const apps = new Map(
      (await this.#o.apps.getMany(uses.map(use => use.appId))).map(app => [
        app.id,
        app,
      ]),
    );
    const usage: SecretUsage = { apps: [], instances: [], hidden: 0 };
    for (const { appId, keys, optional } of uses) {
      const app = apps.get(appId);
      if (!app) continue;
      if (
        !this.#o.policy.decide('app', 'read', caller, appFacts(app)).allowed
      ) {
        usage.hidden += 1;
        continue;
      }
      usage.apps.push({
        id: app.id,
        name: app.name,
        version: app.version,
        title: app.manifest.title,
        keys,
        optional,
      });
    }
    const instances = new Map(
      (await this.#o.instances.getMany(started.map(({ id }) => id))).map(
        instance => [instance.id, instance],
      ),
    );
    const theirApps = new Map(
      (
        await this.#o.apps.getMany(
          [...instances.values()].map(instance => instance.appId),
        )
      ).map(app => [app.id, app]),
    );
    for (const { id, valueVersion } of started) {
      const instance = instances.get(id);
      const app = instance && theirApps.get(instance.appId);
      if (!app) continue;
      const facts = instanceFacts(instance, app);
      const may = (action: 'read' | 'read_owner') =>
        this.#o.policy.decide('instance', action, caller, facts).allowed;
      if (!may('read')) {
        usage.hidden += 1;
        continue;
      }
      usage.instances.push({
        id,
        appTitle: app.manifest.title,
        ...(may('read_owner') ? { owner: instance.ownerRef } : {}),
        status: instance.status,
        current: valueVersion === record.valueVersion,
      });
    }
    return usage;
  }
}

/** The values in base64. @throws StoreError 400, 413 */
function readData(
  key: SecretKey,
  { data, encoding = 'utf8' }: SecretWrite,
): Record<string, string> {
  const refuse = (why: string, remedy = 'Choose another name.') => {
    throw new StoreError({
      status: 400,
      code: 'BAD_SECRET',
      message: `The secret ${JSON.stringify(key.name.slice(0, 80))} ${why}.`,
      owner: 'you',
      remedy,
    });
  };
  const nameProblem = secretNameProblem(key.name);
  if (nameProblem) refuse(nameProblem);
  if (key.visibility === 'APP') {
    const app = /^app:(.*)$/s.exec(key.parent)?.[1];
    if (app === undefined || appNameProblem(app))
      refuse(
        'is an APP secret and needs a parent `app:<app name>`',
        'Name the app whose secret it is.',
      );
  }
  const values: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(data)) {
    const keyProblem = secretKeyProblem(name);
    if (keyProblem)
      refuse(
        `has a key ${JSON.stringify(name.slice(0, 80))} that ${keyProblem}`,
      );
    const bytes = Buffer.from(value, encoding);
    // Node.js reads what it can of bad base64, which is not what was meant.
    if (
      encoding === 'base64' &&
      bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, '')
    )
      refuse(
        `has a value under ${JSON.stringify(name)} that is no base64`,
        'Encode it as base64 (RFC 4648, section 4).',
      );
    values[name] = bytes.toString('base64');
    size += bytes.length;
  }
  if (size > SECRET_LIMIT)
    throw new StoreError({
      status: 413,
      code: 'SECRET_TOO_LARGE',
      message: `The secret is larger than ${SECRET_LIMIT} bytes.`,
      owner: 'you',
      remedy: 'Keep only credentials in it.',
    });
  return values;
}
