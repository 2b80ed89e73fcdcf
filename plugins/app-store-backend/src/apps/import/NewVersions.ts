/**
 * New app versions: which names and versions are free, and the files and the row of a new one.
 * The files are there before the row; what a row never came to speak of is swept at the next start.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { BundleImage } from '@ai-app-store/bundle';
import { ConflictError } from '@backstage/errors';
import { assetName, type BundleStore } from '../../artifacts/BundleStore';
import type { CheckedFile } from '../../artifacts/ObjectStore';
import type { Caller } from '../../auth/Caller';
import type { StoreConfig } from '../../config/StoreConfig';
import type { KeyedLock, HeldLock } from '../../database/KeyedLock';
import type { DeletionGuard, Epoch } from '../../epoch/Epoch';
import { StoreError } from '../../errors/StoreError';
import type { AppAction, Policy } from '../../policy';
import type { AppLists } from '../AppLists';
import type { AppNotes } from '../AppNotes';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
  type AppSecretRow,
  type NewApp,
} from '../AppRepository';
import type { ImportChecks } from './ImportChecks';
import { nameTaken, tooManyVersions, versionExists } from './importRefusals';

/** What it stands on. */
export interface NewVersionsOptions {
  config: Pick<StoreConfig, 'appNames' | 'limits'>;
  policy: Policy;
  checks: ImportChecks;
  apps: AppRepository;
  lists: AppLists;
  bundles: BundleStore;
  notes: AppNotes;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
  /** By the digest of a bundle, or the name of a picture: held while its file and the rows that speak of it change. */
  files: KeyedLock;
  logger: LoggerService;
}

/** Adds app versions. */
export class NewVersions {
  readonly #o: NewVersionsOptions;

  constructor(options: NewVersionsOptions) {
    this.#o = options;
  }

  /** Why the caller cannot add this version; asked before all else that could tell what is there. */
  async taken(
    caller: Caller,
    { name, version }: Pick<NewApp, 'name' | 'version'>,
  ): Promise<StoreError | undefined> {
    const { apps, lists, config, policy } = this.#o;
    // Asked for together, whatever is found: the time that it takes tells nothing either.
    const [existing, nameOwner, seen] = await Promise.all([
      apps.findByIdentity(name, version),
      apps.ownerOfName(name),
      lists.list(caller, { name, limit: 1 }),
    ]);
    const closed =
      config.appNames === 'owned' &&
      !caller.admin &&
      nameOwner !== undefined &&
      nameOwner !== caller.userEntityRef;
    const may = (action: AppAction, app: AppRecord | undefined) =>
      app && policy.decide('app', action, caller, appFacts(app)).allowed;
    if (closed) {
      const tell = may('read_owner', seen.items[0]);
      return nameTaken(name, version, tell ? nameOwner : undefined);
    }
    if (!existing) return undefined;
    return may('read', existing)
      ? versionExists(name, version)
      : nameTaken(name, version, undefined);
  }

  /** Keeps a picture. @returns its name */
  async keepPicture(image: BundleImage): Promise<string> {
    const { bundles, files } = this.#o;
    const name = assetName(image.data, image.extension);
    await files.run(name, () => bundles.putAsset(name, image.data));
    return name;
  }

  /**
   * Keeps the bundle, then writes the row that speaks of it; the sweep at the next
   * start takes what a row never came to speak of.
   */
  async add(
    caller: Caller,
    upload: CheckedFile,
    record: NewApp,
    related: { tagIds: string[]; secrets: AppSecretRow[]; source: string },
  ): Promise<void> {
    const { apps, bundles, config, epoch, files, logger, notes } = this.#o;
    const limit = caller.admin ? undefined : config.limits.appVersions;
    const keep = async (lock: HeldLock) => {
      await notes.write(record);
      await bundles.keep(upload);
      await lock.confirm();
      try {
        const inserted = await apps.insert(record, {
          tagIds: related.tagIds,
          secrets: related.secrets,
          limit,
          nameOwners: config.appNames === 'owned' && !caller.admin,
        });
        if (inserted === 'full') throw tooManyVersions(limit!);
        if (inserted === 'name')
          throw nameTaken(record.name, record.version, undefined);
      } catch (error) {
        await notes
          .remove(record.id)
          .catch(failure =>
            logger.warn(
              `the note of ${record.id}, which was not imported, was left: ${failure.message}`,
            ),
          );
        const unused = !(await apps.usesBundle(upload.digest));
        if (unused && !(await epoch.isHeld('bundles')))
          await bundles.removeBundle(upload.digest);
        if (error instanceof StoreError) throw error;
        // Somebody was faster.
        if (error instanceof ConflictError)
          throw (
            (await this.taken(caller, record)) ??
            nameTaken(record.name, record.version, undefined)
          );
        // A secret that was there a moment ago may be gone: then that is what is said.
        await this.#o.checks.secrets(record, record.manifest, related.source);
        throw error;
      }
    };
    await epoch.making('bundles', () => files.run(upload.digest, keep));
  }
}
