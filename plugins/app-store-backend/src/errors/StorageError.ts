/** What keeps bundles does not do its part, through no fault of who asks; answered as 503. */
import type { ProblemOwner } from '@ai-app-store/backstage-plugin-app-store-common';

/** A failure of what keeps bundles; answered with 503. */
export class StorageError extends Error {
  readonly code: string;
  readonly owner: ProblemOwner;
  readonly remedy: string;

  constructor(options: {
    code: string;
    message: string;
    owner: ProblemOwner;
    remedy: string;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'StorageError';
    this.code = options.code;
    this.owner = options.owner;
    this.remedy = options.remedy;
  }
}

/** For a bundle that a row speaks of and that is not kept. */
export function bundleMissing(digest: string): StorageError {
  return new StorageError({
    code: 'BUNDLE_MISSING',
    message: `The store has lost the bundle ${digest.slice(
      0,
      12,
    )} of this app.`,
    owner: 'admin',
    remedy:
      'An admin can restore the place in appStore.bundles from its backup, or the owner can delete the app and import it again.',
  });
}
