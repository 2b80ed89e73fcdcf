/**
 * What cluster and bundle store have that a restored database does not know, and what would
 * become of each thing. A dry run: it changes nothing.
 */
import type { RecoveryItem } from '@ai-app-store/backstage-plugin-app-store-common';
import type { BundleStore } from '../artifacts/BundleStore';
import type { AppRepository, NewApp } from '../apps/AppRepository';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { SecretRepository } from '../secrets/SecretRepository';
import type {
  FoundInstanceObjects,
  InstanceDescription,
  Inventory,
} from '../kubernetes/Inventory';
import type { FoundSecret, SecretCluster } from '../kubernetes/SecretCluster';
import type { AppNotes } from '../apps/AppNotes';

/** A thing without a row, and what its row would be made of. */
export type UnknownThing = { item: RecoveryItem } & (
  | { app: NewApp }
  | { bundle: string }
  | { secret: FoundSecret }
  | { instance: FoundInstanceObjects }
);

/** What the plan is made from. */
export interface RecoveryPlanOptions {
  apps: AppRepository;
  instances: InstanceRepository;
  secrets: SecretRepository;
  bundles: BundleStore;
  notes: AppNotes;
  secretCluster: SecretCluster;
  inventory: Inventory;
}

const NO_RECORD =
  'Its owner is unknown: an older release created it and did not record the owner.';

async function unknownApps(o: RecoveryPlanOptions): Promise<UnknownThing[]> {
  const { ids, bundles: used } = await o.apps.usedFiles();
  const kept = new Set(await o.bundles.list());
  const things: UnknownThing[] = [];
  const noted = new Set<string>();
  for (const id of await o.notes.list()) {
    const app = ids.has(id) ? undefined : await o.notes.read(id);
    if (!app) continue;
    noted.add(app.bundleDigest);
    const taken = await o.apps.findByIdentity(app.name, app.version);
    const reason = !kept.has(app.bundleDigest)
      ? 'Its bundle no longer exists.'
      : taken && 'Another app has this name and version now.';
    things.push({
      app,
      item: {
        kind: 'app',
        id,
        name: `${app.name} ${app.version}`,
        owner: app.ownerRef,
        adoptable: !reason,
        ...(reason ? { reason } : {}),
      },
    });
  }
  for (const digest of kept)
    if (!used.has(digest) && !noted.has(digest))
      things.push({
        bundle: digest,
        item: {
          kind: 'bundle',
          id: digest,
          name: digest.slice(0, 12),
          adoptable: false,
          reason: NO_RECORD,
        },
      });
  return things;
}

async function unknownSecrets(o: RecoveryPlanOptions): Promise<UnknownThing[]> {
  const things: UnknownThing[] = [];
  const found = await o.secretCluster.list();
  const known = await o.secrets.existing(found.map(each => each.secretId));
  for (const secret of found) {
    const { secretId: id, label } = secret;
    if (known.has(id)) continue;
    const reason = !label
      ? NO_RECORD
      : (await o.secrets.find(label)) && 'Another secret has this name now.';
    things.push({
      secret,
      item: {
        kind: 'secret',
        id,
        name: label?.name ?? id,
        ...(label ? { owner: label.ownerRef } : {}),
        adoptable: !reason,
        ...(reason ? { reason } : {}),
      },
    });
  }
  return things;
}

/** Why an instance cannot be adopted; undefined where it can. */
function whyNot(
  description: InstanceDescription | undefined,
  hasApp: boolean,
): string | undefined {
  if (!description) return NO_RECORD;
  return hasApp ? undefined : 'Its app no longer exists.';
}

async function unknownInstances(
  o: RecoveryPlanOptions,
  adoptableApps: Set<string>,
): Promise<UnknownThing[]> {
  const found = await o.inventory.instances();
  const known = await o.instances.existing([...found.keys()]);
  const things: UnknownThing[] = [];
  for (const [id, instance] of found) {
    if (known.has(id)) continue;
    const { description } = instance;
    const [app] = description ? await o.apps.getMany([description.appId]) : [];
    const reason = whyNot(
      description,
      Boolean(app) || adoptableApps.has(description?.appId ?? ''),
    );
    things.push({
      instance,
      item: {
        kind: 'instance',
        id,
        name: app?.manifest.title ?? id,
        ...(description ? { owner: description.ownerRef } : {}),
        volume: Boolean(instance.claimUid),
        adoptable: !reason,
        ...(reason ? { reason } : {}),
      },
    });
  }
  return things;
}

/** Finds what the cluster and the bundle store have and the database does not know; always in the same order. */
export async function findUnknown(
  options: RecoveryPlanOptions,
): Promise<UnknownThing[]> {
  const apps = await unknownApps(options);
  const adoptable = new Set(
    apps.filter(({ item }) => item.adoptable).map(({ item }) => item.id),
  );
  const things = [
    ...apps,
    ...(await unknownSecrets(options)),
    ...(await unknownInstances(options, adoptable)),
  ];
  const order = ['app', 'bundle', 'secret', 'instance'];
  return things.sort(
    ({ item: a }, { item: b }) =>
      order.indexOf(a.kind) - order.indexOf(b.kind) || a.id.localeCompare(b.id),
  );
}
