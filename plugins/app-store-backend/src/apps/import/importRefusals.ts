/** Why an import is refused. */
import { BundleError } from '@ai-app-store/bundle';
import type { StoreConfig } from '../../config/StoreConfig';
import { StoreError } from '../../errors/StoreError';

export function tooManyVersions(limit: number): StoreError {
  return new StoreError({
    status: 409,
    code: 'APP_VERSION_LIMIT',
    message: `You own ${limit} app versions, which is the limit.`,
    owner: 'you',
    remedy:
      'Delete versions that you do not need, or ask an admin to raise appStore.limits.appVersions.',
  });
}

/** A version that the importer sees. */
export function versionExists(name: string, version: string): StoreError {
  return new StoreError({
    status: 409,
    code: 'VERSION_EXISTS',
    message: `${name} ${version} exists already. An imported app version cannot change.`,
    owner: 'you',
    remedy: 'Increase App.Version in app.toml and import again.',
  });
}

/**
 * A name, or a version of it, that is somebody else's. Where the importer sees nothing of
 * that name there is one answer, whatever is there: it may be PRIVATE.
 *
 * @param nameOwner - who owns the name, where the importer may know
 */
export function nameTaken(
  name: string,
  version: string,
  nameOwner: string | undefined,
): StoreError {
  return new StoreError({
    status: 409,
    code: 'NAME_TAKEN',
    ...(nameOwner
      ? {
          message: `The app name ${name} belongs to ${nameOwner}.`,
          remedy: `Choose another App.Name, or ask ${nameOwner} or an admin to transfer all versions of ${name} to you.`,
        }
      : {
          message: `${name} ${version} cannot be imported: the name or this version is taken.`,
          remedy:
            'Choose another App.Name, or another App.Version if the name is yours. An admin can see who has it, and can transfer it to you.',
        }),
    owner: 'you',
  });
}

/** What an import that failed is answered; anything unknown as it is. */
export function importRefusal(error: unknown, config: StoreConfig): unknown {
  if (error instanceof BundleError)
    return new StoreError({
      status:
        { TOO_LARGE: 413, UPLOAD_TOO_SLOW: 408, UPLOAD_CUT_OFF: 400 }[
          error.code
        ] ?? 400,
      code: error.code,
      message: `The bundle was not imported: ${error.message.replace(
        /\.$/,
        '',
      )}.`,
      owner: 'you',
      remedy: error.remedy,
      issues: error.issues,
    });
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
    return new StoreError({
      status: 507,
      code: 'DISK_FULL',
      message: 'The disk of the store is full. Nothing was imported.',
      owner: 'admin',
      remedy: `An admin must free disk space in appStore.bundles.${
        config.bundles.kind === 's3' ? 'spoolDirectory' : 'directory'
      }.`,
    });
  return error;
}
