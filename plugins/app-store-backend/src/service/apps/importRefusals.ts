/** Why an import is refused. */
import { BundleError } from '@ai-app-store/bundle';
import { ConflictError } from '@backstage/errors';
import type { StoreConfig } from '../../config/StoreConfig';
import { StoreError } from '../StoreError';

export function tooManyVersions(limit: number): StoreError {
  return new StoreError({
    status: 409,
    code: 'APP_VERSION_LIMIT',
    message: `You own ${limit} app versions, which is the limit.`,
    owner: 'you',
    remedy:
      'Delete versions that nobody uses, or ask an admin to raise appStore.limits.appVersions.',
  });
}

export function nameTaken(name: string): StoreError {
  return new StoreError({
    status: 409,
    code: 'NAME_TAKEN',
    message: `The name ${name} belongs to somebody else in this store.`,
    owner: 'you',
    remedy:
      'Choose another App.Name, or ask who brought its first version, or an admin, to hand it over to you.',
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
  if (error instanceof ConflictError)
    return new StoreError({
      status: 409,
      code: 'VERSION_EXISTS',
      message: `${error.message}. An app version never changes.`,
      owner: 'you',
      remedy: 'Raise App.Version in app.toml and import again.',
    });
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
    return new StoreError({
      status: 507,
      code: 'DISK_FULL',
      message: 'The disk of the store is full; nothing was imported.',
      owner: 'admin',
      remedy: `An admin makes room under appStore.bundles.${
        config.bundles.kind === 's3' ? 'spoolDirectory' : 'directory'
      }.`,
    });
  return error;
}
