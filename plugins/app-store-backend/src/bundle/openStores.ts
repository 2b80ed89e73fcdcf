/** Opens what the configuration says bundles, pictures and environments are kept in. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { join } from 'node:path';
import type { BundleConfig } from '../config/BundleConfig';
import type { BundleStore } from './BundleStore';
import { FilesystemRecords, S3Records, type Records } from './Records';
import { claimBucket } from './claimBucket';
import type { EnvironmentStore } from './EnvironmentStore';
import { FilesystemBundleStore } from './FilesystemBundleStore';
import { FilesystemEnvironmentStore } from './FilesystemEnvironmentStore';
import { S3Bucket } from './S3Bucket';
import { S3BundleStore } from './S3BundleStore';
import { S3EnvironmentStore } from './S3EnvironmentStore';

/** All are of one place. */
export interface Stores {
  bundles: BundleStore;
  environments: EnvironmentStore;
  records: Records;
}

/**
 * See the module's comment.
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
  if (config.kind === 'directory') {
    const { directory, shared } = config;
    return {
      bundles: await FilesystemBundleStore.open(directory, { shared }),
      environments: await FilesystemEnvironmentStore.open(
        join(directory, 'environments'),
        { limit, shared },
      ),
      records: FilesystemRecords.create(join(directory, 'records')),
    };
  }
  const bucket = S3Bucket.create(config.s3, { logger });
  try {
    await claimBucket(bucket, installation);
    return {
      bundles: await S3BundleStore.open({
        bucket,
        spoolDirectory: config.spoolDirectory,
        logger,
      }),
      environments: S3EnvironmentStore.create({ bucket, limit, logger }),
      records: S3Records.create(bucket, 'records/'),
    };
  } catch (error) {
    bucket.close();
    throw error;
  }
}
