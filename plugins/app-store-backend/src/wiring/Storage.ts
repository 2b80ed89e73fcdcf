/**
 * Brings up what keeps files, in this order: no other replica is in the way, the place
 * can be used. What nothing speaks of is dropped afterwards.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { openStores, type Stores } from '../artifacts/openStores';
import type { StoreConfig } from '../config/StoreConfig';
import type { AppRepository } from '../apps/AppRepository';
import type { DeletionGuard } from '../epoch/Epoch';
import type { KeyedLock } from '../database/KeyedLock';
import { keyedLockFor } from '../database/PostgresKeyedLock';
import {
  joinReplicas,
  leaveReplicas,
  type ReplicaTimes,
} from '../artifacts/replicas';
import type { DatabaseSession } from '../database/DatabaseSession';
import type { SettingsRepository } from '../database/SettingsRepository';
import { sweepStores } from '../reconcile/sweepArtifacts';

/** Opens and closes what keeps bundles, images and environments. */
export class Storage {
  readonly stores: Stores;
  /** By the digest of a bundle, or the name of a picture. */
  readonly files: KeyedLock;
  readonly #apps: AppRepository;
  readonly #session: DatabaseSession;

  /** @throws Error naming the key of the configuration, or saying which replica is in the way */
  static async open(options: {
    config: Pick<StoreConfig, 'bundles' | 'limits'>;
    knex: Knex;
    apps: AppRepository;
    installation: string;
    session: DatabaseSession;
    settings: SettingsRepository;
    logger: LoggerService;
    times?: ReplicaTimes;
  }): Promise<Storage> {
    const { knex, apps, installation, session, settings, logger, times } =
      options;
    const { bundles, limits } = options.config;
    await joinReplicas({
      session,
      settings,
      alone: bundles.kind === 'directory' && !bundles.shared,
      times,
    });
    const files = keyedLockFor({ knex, logger });
    try {
      const stores = await openStores(bundles, {
        environmentBytes: limits.environmentBytes,
        installation,
        logger,
      });
      return new Storage({ stores, apps, files, session });
    } catch (error) {
      // Whoever tries again is not kept waiting by this one.
      await files.close();
      await leaveReplicas(session);
      throw error;
    }
  }

  private constructor(parts: {
    stores: Stores;
    apps: AppRepository;
    files: KeyedLock;
    session: DatabaseSession;
  }) {
    this.stores = parts.stores;
    this.#apps = parts.apps;
    this.files = parts.files;
    this.#session = parts.session;
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
    this.stores.close();
    await this.files.close();
    await leaveReplicas(this.#session);
  }
}
