/** Nothing is in the cluster that the database does not know, and nothing is missing there. */
import type { KeyedLock } from '../../database/KeyedLock';
import type { Epoch } from '../../epoch/Epoch';
import type { InstanceRepository } from '../../instances/InstanceRepository';
import type { InstanceCluster } from '../../kubernetes/InstanceCluster';
import type { Inventory } from '../../kubernetes/Inventory';
import type {
  FoundSecret,
  SecretCluster,
} from '../../kubernetes/SecretCluster';
import type { SecretRepository } from '../../secrets/SecretRepository';
import { secretLock } from '../../secrets/secretRows';
import { counted, shown, UNKNOWN, type Check, type RepairItem } from '../Check';

/** The store writes a Secret first and its row then: a younger one is no news yet, in milliseconds. */
const BEING_MADE_MS = 5000;

export function orphansCheck(options: {
  instances: InstanceRepository;
  cluster: InstanceCluster;
  inventory: Inventory;
  epoch: Epoch;
}): Check {
  const { instances, cluster, inventory, epoch } = options;
  const orphans = async () => {
    const seen = [...cluster.ids()];
    const known = await instances.existing(seen);
    return seen.filter(id => !known.has(id));
  };
  return {
    id: 'orphans',
    asksCluster: true,
    title: 'The cluster has no instance that the store does not know',
    async look() {
      if (!cluster.synced) return UNKNOWN;
      const found = await orphans();
      if (!found.length) return { state: 'OK', message: 'It has none.' };
      return {
        state: 'WARNING',
        message: `The cluster has objects of ${counted(
          found.length,
          'instance',
        )} without a row in the database.`,
        remedy:
          'If the database was restored from a backup, decide about that first. Otherwise a repair deletes them, with their volumes.',
        evidence: shown(
          found.map(id => ({
            source: `Instance ${id}`,
            message: 'in the cluster alone',
          })),
        ),
      };
    },
    async repair(dryRun) {
      // A restored backup knows less than there is.
      if (!dryRun) await epoch.assertMayDeleteUnknown('cluster');
      const found = await orphans();
      const all = found.length ? await inventory.instances() : new Map();
      const items = [];
      for (const id of found) {
        const instance = all.get(id);
        if (!instance || (await instances.existing([id])).has(id)) continue;
        items.push({
          name: `Instance ${id}`,
          action: `delete ${instance.objects
            .map(({ kind }: { kind?: string }) => kind)
            .join(', ')}`,
        });
        if (!dryRun) await inventory.delete(instance);
      }
      return items;
    },
  };
}

export function orphanedSecretsCheck(options: {
  secrets: SecretRepository;
  secretCluster: SecretCluster;
  /** One writer at a time for each secret. */
  locks: KeyedLock;
  epoch: Epoch;
}): Check {
  const { secrets, secretCluster, locks, epoch } = options;
  const orphans = async () => {
    const found = new Map(
      (await secretCluster.list())
        .filter(
          ({ kept, createdAt }) =>
            !kept && Date.now() - Date.parse(createdAt) > BEING_MADE_MS,
        )
        .map(each => [each.secretId, each]),
    );
    for await (const { id } of secrets.all()) found.delete(id);
    return [...found.values()];
  };
  const nameOf = ({ secretId, label }: FoundSecret) =>
    label ? `Secret ${label.name} of ${label.ownerRef}` : `Secret ${secretId}`;
  return {
    id: 'orphaned-secrets',
    asksCluster: true,
    title: 'The cluster has no secret that the store does not know',
    async look() {
      const found = await orphans();
      if (!found.length) return { state: 'OK', message: 'It has none.' };
      return {
        state: 'WARNING',
        message: `The cluster has the values of ${counted(
          found.length,
          'secret',
        )} without a row in the database.`,
        remedy:
          'If the database was restored from a backup, decide about that first. Otherwise the store deletes them once they are ten minutes old, and a repair does so now.',
        evidence: shown(
          found.map(secret => ({
            source: nameOf(secret),
            message: `in the cluster alone, since ${secret.createdAt}`,
          })),
        ),
      };
    },
    async repair(dryRun) {
      const items: RepairItem[] = [];
      const removed = async (secret: FoundSecret) => {
        if (await secrets.get(secret.secretId)) return;
        // A restored backup knows less than there is.
        if (!dryRun) await epoch.assertMayDeleteUnknown('cluster');
        items.push({ name: nameOf(secret), action: 'delete Secret' });
        if (!dryRun) await secretCluster.remove(secret.secretId, secret);
      };
      // Whoever is making it has the lock until its row is there. What has no label is of an older release.
      for (const secret of await orphans())
        if (secret.label)
          await locks.run(secretLock(secret.label), () => removed(secret));
        else await removed(secret);
      return items;
    },
  };
}

export function secretsCheck(secrets: SecretRepository): Check {
  return {
    id: 'secrets',
    title: 'Secrets have the values that were set in the store',
    async look() {
      const found = [];
      for await (const secret of secrets.all())
        if (secret.state !== 'READY') found.push(secret);
      if (!found.length) return { state: 'OK', message: 'All of them.' };
      return {
        state: 'WARNING',
        message: `The cluster does not have the values of ${counted(
          found.length,
          'secret',
        )}.`,
        remedy:
          'Their owners must set them again. The store cannot invent a value.',
        evidence: shown(
          found.map(({ name, ownerRef, state }) => ({
            source: `Secret ${name} of ${ownerRef}`,
            message: state === 'LOST' ? 'lost' : 'changed outside of the store',
          })),
        ),
      };
    },
  };
}

export function backupCheck(epoch: Epoch): Check {
  return {
    id: 'backup',
    title: 'The database is as new as the cluster and the bundles',
    async look() {
      const held = await epoch.held();
      if (!held) return { state: 'OK', message: 'As new as both.' };
      return {
        state: 'FAILED',
        message:
          'It was restored from a backup. The store deletes nothing until an admin decides.',
        remedy:
          'Decide on the page Admin, Restored backup, or with `app-store admin recovery`.',
      };
    },
  };
}
