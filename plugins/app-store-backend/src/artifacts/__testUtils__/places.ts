/**
 * The places that bundles may be kept in, alike to a test that holds for all of them.
 *
 * Where `APP_STORE_TEST_S3` holds an `S3Config` as JSON, that bucket is one of them, too;
 * each test uses a prefix of its own in it.
 */
import { mockServices } from '@backstage/backend-test-utils';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Config } from '../../config/BundleConfig';
import { BundleStore } from '../BundleStore';
import { EnvironmentStore } from '../EnvironmentStore';
import { openDirectory, openSpool } from '../openStores';
import { S3ObjectStore } from '../S3ObjectStore';
import { S3Server } from './S3Server';

/** Somewhere bundles are kept, for tests. */
export interface Place {
  bundles(options?: { sweepAgeMs?: number }): Promise<BundleStore>;
  environments(limit: number): Promise<EnvironmentStore>;
  /** What is kept below a part, as paths below it, in order. */
  kept(part: 'bundles' | 'assets' | 'environments'): Promise<string[]>;
  /** Uploads that are under way. */
  incoming(): string[];
  /** An age, and what makes everything older than it. */
  age: { ms: number; pass(): Promise<void> };
  stop(): Promise<void>;
}

function filesBelow(directory: string): string[] {
  // A folder comes with the first file in it.
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name).slice(directory.length + 1),
    )
    .sort();
}

async function directoryPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'place-'));
  const logger = mockServices.logger.mock();
  const open = () => openDirectory(directory, {});
  return {
    async bundles(options) {
      const { objects, local } = await open();
      return BundleStore.create({ objects, ...local, logger, ...options });
    },
    async environments(limit) {
      const { objects } = await open();
      return EnvironmentStore.create({ objects, limit, logger });
    },
    kept: async part => filesBelow(join(directory, part)),
    incoming: () => readdirSync(join(directory, 'incoming')),
    age: { ms: 2000, pass: () => sleep(2100) },
    async stop() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function bucketPlace(
  config: S3Config,
  rest: { age: Place['age']; stop(): Promise<void> },
): Promise<Place> {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'spool-'));
  const logger = mockServices.logger.mock();
  const bucket = S3ObjectStore.create(config, { logger });
  const keysBelow = async (start: string) => {
    const keys: string[] = [];
    for await (const { key } of bucket.list(start))
      keys.push(key.slice(start.length));
    return keys;
  };
  return {
    bundles: async options =>
      BundleStore.create({
        objects: bucket,
        ...(await openSpool(spoolDirectory)),
        logger,
        ...options,
      }),
    environments: async limit =>
      EnvironmentStore.create({ objects: bucket, limit, logger }),
    kept: part => keysBelow(`${part}/`),
    incoming: () => readdirSync(join(spoolDirectory, 'incoming')),
    age: rest.age,
    async stop() {
      for (const key of await keysBelow('')) await bucket.delete(key);
      bucket.close();
      await rest.stop();
      rmSync(spoolDirectory, { recursive: true, force: true });
    },
  };
}

async function inMemory(): Promise<Place> {
  const server = await S3Server.start();
  return bucketPlace(server.config, {
    age: {
      ms: 60_000,
      async pass() {
        server.age(70_000);
      },
    },
    stop: () => server.stop(),
  });
}

async function real(config: S3Config): Promise<Place> {
  return bucketPlace(
    { ...config, prefix: `${config.prefix}${randomUUID()}/` },
    { age: { ms: 8000, pass: () => sleep(10_000) }, async stop() {} },
  );
}

type Named = [string, () => Promise<Place>];
const REAL: S3Config | undefined =
  process.env.APP_STORE_TEST_S3 && JSON.parse(process.env.APP_STORE_TEST_S3);

/** For `describe.each`. */
export const PLACES: Named[] = [
  ['a directory', directoryPlace],
  ['a bucket', inMemory],
  ...(REAL ? [['a real bucket', () => real(REAL)] as Named] : []),
];
