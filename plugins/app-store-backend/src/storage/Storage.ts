/**
 * Brings up what keeps files, in this order: no other replica is in the way, the place
 * can be used. What nothing speaks of is dropped afterwards.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { openStores, type Stores } from '../bundle/openStores';
import type { StoreConfig } from '../config/StoreConfig';
import type { AppRepository } from '../database/AppRepository';
import { ReplicaRepository } from '../database/ReplicaRepository';
import type { DeletionGuard } from '../recovery/Epoch';
import type { KeyedLock } from './KeyedLock';
import { keyedLockFor } from './PostgresKeyedLock';
import { Replicas, type ReplicaTimes } from './Replicas';
import { sweepStores } from './sweepStores';

/** See the module's comment. */
export class Storage {
  readonly stores: Stores;
  /** By the digest of a bundle, or the name of a picture. */
  readonly files: KeyedLock;
  readonly #apps: AppRepository;
  readonly #replicas: Replicas;

  /** @throws Error naming the key of the configuration, or saying which replica is in the way */
  static async open(options: {
    config: Pick<StoreConfig, 'bundles' | 'limits'>;
    knex: Knex;
    apps: AppRepository;
    installation: string;
    logger: LoggerService;
    times?: ReplicaTimes;
  }): Promise<Storage> {
    const { knex, apps, installation, logger, times } = options;
    const { bundles, limits } = options.config;
    const replicas = await Replicas.join({
      replicas: new ReplicaRepository(knex),
      alone: bundles.kind === 'directory' && !bundles.shared,
      logger,
      times,
    });
    const files = keyedLockFor({ knex, logger });
    try {
      const stores = await openStores(bundles, {
        environmentBytes: limits.environmentBytes,
        installation,
        logger,
      });
      return new Storage({ stores, apps, files, replicas });
    } catch (error) {
      // Whoever tries again is not kept waiting by this one.
      await files.close();
      await replicas.leave();
      throw error;
    }
  }

  private constructor(parts: {
    stores: Stores;
    apps: AppRepository;
    files: KeyedLock;
    replicas: Replicas;
  }) {
    this.stores = parts.stores;
    this.#apps = parts.apps;
    this.files = parts.files;
    this.#replicas = parts.replicas;
  }

  /** Drops what nothing speaks of, where that is known for sure. */
  async sweep(guard: DeletionGuard): Promise<void> {
    await sweepStores({
      stores: this.stores,
      apps: this.#apps,
      files: this.files,
      guard,
    });
  }

  async close(): Promise<void> {
    this.stores.bundles.close();
    await this.files.close();
    await this.#replicas.leave();
  }
}
