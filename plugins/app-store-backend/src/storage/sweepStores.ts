/**
 * Drops at the start what no row speaks of: what imports left that did not come to
 * their end. Other replicas may be at work meanwhile, so each file is dropped in its turn.
 */
import type { Stores } from '../bundle/openStores';
import type { AppRepository } from '../database/AppRepository';
import type { KeyedLock } from './KeyedLock';

/** See the module's comment. */
export async function sweepStores(options: {
  stores: Stores;
  apps: AppRepository;
  files: KeyedLock;
}): Promise<void> {
  const { stores, apps, files } = options;
  await stores.bundles.sweep(await apps.usedFiles(), (name, drop) =>
    files.run(name, async () => {
      // An import may have come to its end since the rows were read.
      if (!(await apps.usesBundle(name))) await drop();
    }),
  );
  await stores.environments.sweep(async () => (await apps.usedFiles()).ids);
}
