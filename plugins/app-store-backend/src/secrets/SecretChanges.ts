/**
 * Secrets are written through: Kubernetes first, then the row. Values are kept in Kubernetes
 * Secrets and nowhere else.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  AppSecret,
  SecretIdentity,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Preconditions } from '../apps/Preconditions';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import type { KeyedLock } from '../database/KeyedLock';
import type { DeletionGuard, Epoch } from '../epoch/Epoch';
import { stale, StoreError } from '../errors/StoreError';
import { KubeError } from '../kubernetes/client/KubeError';
import type { SecretCluster } from '../kubernetes/SecretCluster';
import type { Policy } from '../policy';
import type { SecretRepository } from './SecretRepository';
import { secretLock, type SecretKey, type SecretRecord } from './secretRows';
import { secretKey, type SecretService } from './SecretService';
import type { SecretUses } from './SecretUses';
import { readValues, type SecretWrite } from './secretValues';

/** What the service stands on. */
export interface SecretChangesOptions {
  policy: Policy;
  audit: Audit;
  service: SecretService;
  uses: SecretUses;
  secrets: SecretRepository;
  cluster: SecretCluster;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
  preconditions: Preconditions;
  /** One writer at a time for each secret. */
  locks: KeyedLock;
  logger: LoggerService;
}

/** Writes and deletes secrets, with the rights of the caller. */
export class SecretChanges {
  readonly #o: SecretChangesOptions;

  constructor(options: SecretChangesOptions) {
    this.#o = options;
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
    const key = secretKey(caller, identity);
    return this.#o.audit.run(caller, 'secret:put', undefined, async context => {
      context.resourceName = key.name;
      context.detail = {
        visibility: key.visibility,
        parent: key.parent || undefined,
        keys: Object.keys(write.data).sort(),
      };
      this.#assertWrite(caller, key, await this.#o.secrets.find(key), context);
      const data = readValues(key, write);
      // New values are in the cluster before a backup can know their row.
      return this.#o.epoch.making('cluster', () =>
        this.#o.locks.run(secretLock(key), () =>
          this.#write(caller, key, data, write, context),
        ),
      );
    });
  }

  /** What is there is updated, what is not is created: each has its rule. */
  #assertWrite(
    caller: Caller,
    key: SecretKey,
    before: SecretRecord | undefined,
    context: AuditContext,
  ): void {
    context.assertAllowed(
      this.#o.policy.decide(
        'secret',
        before ? 'update' : 'create',
        caller,
        before ?? key,
      ),
      caller.fullAccess || caller.admin
        ? 'Only admins can write secrets that are not PRIVATE.'
        : 'Visitors have no secrets.',
    );
  }

  async #write(
    caller: Caller,
    key: SecretKey,
    data: Record<string, string>,
    write: SecretWrite,
    context: AuditContext,
  ): Promise<{ secret: AppSecret; created: boolean }> {
    const { secrets, cluster } = this.#o;
    const known = await secrets.find(key);
    // In this order: who stood still in between names an older object than there is then.
    const seen = known && (await cluster.look(known.id));
    const before = await secrets.find(key);
    if (before?.id !== known?.id) throw stale('secret');
    this.#assertWrite(caller, key, before, context);
    if (
      (write.create && before) ||
      (write.revision !== undefined && before?.revision !== write.revision)
    )
      throw stale('secret');
    const now = new Date().toISOString();
    const record: SecretRecord = {
      ...key,
      id: randomUUID(),
      createdAt: now,
      ...before,
      keys: Object.keys(data).sort(),
      valueDigest: await cluster.digest(data),
      valueVersion: (before?.valueVersion ?? 0) + 1,
      state: 'READY',
      revision: (before?.revision ?? 0) + 1,
      updatedAt: now,
    };
    const { id } = record;
    context.about(record);
    await cluster.put(id, key, data, seen).catch(error => {
      throw error instanceof KubeError && error.code === 409
        ? stale('secret')
        : error;
    });
    if (!before) await secrets.insert(record);
    else if (!(await secrets.update(record, before.revision)))
      throw stale('secret');
    await this.#afterwards(
      `apps that use the secret ${id} were not looked at`,
      () => this.#spread(record),
    );
    return {
      secret: this.#o.service.present(caller, record),
      created: !before,
    };
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
  }

  /** @throws StoreError 409 while an app needs it */
  async delete(caller: Caller, identity: SecretIdentity): Promise<void> {
    return this.#o.audit.run(
      caller,
      'secret:delete',
      undefined,
      async context => {
        const record = await this.#o.service.require(
          caller,
          identity,
          'delete',
          context,
        );
        const { cluster, epoch } = this.#o;
        await epoch.assertMayDelete();
        const uses = await this.#o.secrets.usesOf(record);
        // A cluster that is away keeps no secret: its value is dropped later.
        const seen = await cluster.look(record.id).catch(() => undefined);
        if (!(await this.#o.secrets.delete(record.id)))
          throw new StoreError({
            status: 409,
            code: 'SECRET_IN_USE',
            message: `These apps need the secret: ${await this.#o.uses.namesOf(
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
}
