/**
 * Drops at the start what no row speaks of: what imports left that did not come to
 * their end. Other replicas may be at work meanwhile, so each file is dropped in its turn.
 */
import { SWEEP_AGE_MS } from '../artifacts/BundleStore';
import type { Stores } from '../artifacts/openStores';
import type { AppRepository } from '../apps/AppRepository';
import { AppNotes } from '../apps/AppNotes';
import type { DeletionGuard } from '../epoch/Epoch';
import type { KeyedLock } from '../database/KeyedLock';

/** Drops bundles, notes and environments that no row speaks of. */
export async function sweepStores(options: {
  stores: Stores;
  apps: AppRepository;
  files: KeyedLock;
  guard: DeletionGuard;
}): Promise<void> {
  const { stores, apps, files, guard } = options;
  // A restored database knows nothing of what came after its backup.
  if (await guard.isHeld('bundles')) return;
  const notes = AppNotes.create(stores.records);
  const used = await apps.usedFiles();
  for (const digest of await notes.keptBundles()) used.bundles.add(digest);
  await stores.bundles.sweep(used, (name, drop) =>
    files.run(name, async () => {
      // An import may have come to its end since the rows were read.
      if (!(await apps.usesBundle(name))) await drop();
    }),
  );
  await sweepNotes(notes, apps);
  await stores.environments.sweep(async () => (await apps.usedFiles()).ids);
}

/** Notes of imports that came to no row. */
async function sweepNotes(notes: AppNotes, apps: AppRepository): Promise<void> {
  const noted = await notes.list();
  const { ids } = await apps.usedFiles();
  for (const id of noted) {
    const note = ids.has(id) ? undefined : await notes.read(id);
    // One that is young may be that of an import under way.
    if (note && Date.now() - Date.parse(note.createdAt) > SWEEP_AGE_MS)
      await notes.remove(id);
  }
}
