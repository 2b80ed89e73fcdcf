/** The places that bundles may be kept in, alike to a test that holds for all of them. */
import { mockServices } from '@backstage/backend-test-utils';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleStore } from '../BundleStore';
import type { EnvironmentStore } from '../EnvironmentStore';
import { FilesystemBundleStore } from '../FilesystemBundleStore';
import { FilesystemEnvironmentStore } from '../FilesystemEnvironmentStore';
import { S3Bucket } from '../S3Bucket';
import { S3BundleStore } from '../S3BundleStore';
import { S3EnvironmentStore } from '../S3EnvironmentStore';
import { S3Server } from './S3Server';

/** See the module's comment. */
export interface Place {
  bundles(options?: { sweepAgeMs?: number }): Promise<BundleStore>;
  environments(limit: number): Promise<EnvironmentStore>;
  /** What is kept below a part, as paths below it, in order. */
  kept(part: 'bundles' | 'assets' | 'environments'): string[];
  /** Uploads that are under way. */
  incoming(): string[];
  /** An age, and what makes everything older than it. */
  age: { ms: number; pass(): Promise<void> };
  stop(): Promise<void>;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name).slice(directory.length + 1),
    )
    .sort();
}

async function directoryPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'place-'));
  return {
    bundles: options => FilesystemBundleStore.open(directory, options),
    environments: limit =>
      FilesystemEnvironmentStore.open(join(directory, 'environments'), {
        limit,
      }),
    kept: part => filesBelow(join(directory, part)),
    incoming: () => readdirSync(join(directory, 'incoming')),
    age: { ms: 2000, pass: () => sleep(2100) },
    async stop() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function bucketPlace(): Promise<Place> {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'spool-'));
  const server = await S3Server.start();
  const logger = mockServices.logger.mock();
  const bucket = S3Bucket.create(server.config, { logger });
  const { prefix } = server.config;
  return {
    bundles: options =>
      S3BundleStore.open({ bucket, spoolDirectory, logger, ...options }),
    environments: async limit =>
      S3EnvironmentStore.create({ bucket, limit, logger }),
    kept: part =>
      server
        .keys(`${prefix}${part}/`)
        .map(key => key.slice(`${prefix}${part}/`.length)),
    incoming: () => readdirSync(join(spoolDirectory, 'incoming')),
    age: {
      ms: 60_000,
      async pass() {
        server.age(70_000);
      },
    },
    async stop() {
      bucket.close();
      await server.stop();
      rmSync(spoolDirectory, { recursive: true, force: true });
    },
  };
}

/** For `describe.each`. */
export const PLACES: Array<[string, () => Promise<Place>]> = [
  ['a directory', directoryPlace],
  ['a bucket', bucketPlace],
];
