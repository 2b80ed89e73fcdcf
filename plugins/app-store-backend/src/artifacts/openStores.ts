/** Opens what the configuration says bundles, pictures and environments are kept in. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { join } from 'node:path';
import type { BundleConfig } from '../config/BundleConfig';
import { BundleStore } from './BundleStore';
import { claimBucket } from './claimBucket';
import { EnvironmentStore } from './EnvironmentStore';
import { FilesystemObjectStore } from './FilesystemObjectStore';
import { ABANDONED_AFTER_MS } from './unfinishedFiles';
import { LocalCopies } from './LocalCopies';
import type { ObjectStore } from './ObjectStore';
import { Records } from './Records';
import { S3ObjectStore } from './S3ObjectStore';
import { UploadSpool } from './UploadSpool';

/** All are of one place. */
export interface Stores {
  bundles: BundleStore;
  environments: EnvironmentStore;
  records: Records;
  close(): void;
}

/** Uploads, and copies of bundles, on this machine. */
interface Local {
  spool: UploadSpool;
  copies?: LocalCopies;
}

/** @throws Error naming the key and the directory where it cannot be written to */
async function writable<T>(
  key: string,
  directory: string,
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new Error(
      `appStore.bundles.${key} (${directory}) cannot be written to: ${
        (error as Error).message
      }`,
    );
  }
}

/** Objects in a directory, in which uploads begin, too. */
export function openDirectory(
  directory: string,
  options: { shared?: boolean },
): Promise<{ objects: ObjectStore; local: Local }> {
  return writable('directory', directory, async () => {
    const objects = await FilesystemObjectStore.open(directory, options);
    const spool = await UploadSpool.open(
      join(directory, 'incoming'),
      options.shared ? ABANDONED_AFTER_MS : -1,
    );
    return { objects, local: { spool } };
  });
}

/**
 * What a store whose objects are in a bucket has on this machine.
 *
 * @param options.keptBytes - of copies that nobody reads
 */
export function openSpool(
  directory: string,
  options: { keptBytes?: number } = {},
): Promise<Local> {
  return writable('spoolDirectory', directory, async () => ({
    spool: await UploadSpool.open(
      join(directory, 'incoming'),
      ABANDONED_AFTER_MS,
    ),
    copies: await LocalCopies.open(join(directory, 'copies'), options),
  }));
}

/**
 * Opens the stores that the configuration names.
 *
 * @throws Error naming the key of the configuration where the place cannot be used
 */
export async function openStores(
  config: BundleConfig,
  options: {
    /** Bytes of one environment. */
    environmentBytes: number;
    installation: string;
    logger: LoggerService;
  },
): Promise<Stores> {
  const { environmentBytes: limit, installation, logger } = options;
  const over = (objects: ObjectStore, local: Local): Stores => ({
    bundles: BundleStore.create({ objects, logger, ...local }),
    environments: EnvironmentStore.create({ objects, limit, logger }),
    records: Records.create(objects),
    close: () => objects.close(),
  });
  if (config.kind === 'directory') {
    const { objects, local } = await openDirectory(config.directory, config);
    return over(objects, local);
  }
  const bucket = S3ObjectStore.create(config.s3, { logger });
  try {
    await claimBucket(bucket, installation);
    return over(bucket, await openSpool(config.spoolDirectory));
  } catch (error) {
    bucket.close();
    throw error;
  }
}
