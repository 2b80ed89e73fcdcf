import { ResponseError } from '@backstage/errors';
import type { CatalogApi } from '@backstage/plugin-catalog-react';
import {
  AppStoreError,
  fileProblem,
  type Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';

function refusal(status: number, problem: Problem): AppStoreError {
  const { message, ...rest } = problem;
  return new AppStoreError({
    type: 'about:blank',
    title: message,
    status,
    detail: message,
    ...rest,
  });
}

function saidByCatalog({ statusCode, cause }: ResponseError): AppStoreError {
  if (statusCode === 403)
    return refusal(statusCode, {
      code: 'NOT_ALLOWED',
      message: 'The catalog does not let you register files.',
      owner: 'admin',
      remedy: 'An admin registers the file, or gives you the permission.',
    });
  if (statusCode === 400) {
    const problem = fileProblem(cause.message);
    return refusal(statusCode, {
      ...problem,
      message: `The file was not registered. ${problem.message}`,
    });
  }
  return refusal(statusCode, {
    code: 'CATALOG_FAILED',
    message: `The catalog does not answer: ${cause.message}.`,
    owner: 'platform',
    remedy: 'Try again in a moment.',
  });
}

/**
 * Has the catalog read a file from now on.
 *
 * @throws AppStoreError for a file that cannot be read, or is registered already
 */
export async function registerFile(
  catalog: Pick<CatalogApi, 'addLocation'>,
  target: string,
): Promise<void> {
  try {
    // The catalog would take any URL, and say nowhere that nothing is there.
    const { exists } = await catalog.addLocation({ target, dryRun: true });
    if (exists)
      throw refusal(409, {
        code: 'REGISTERED_ALREADY',
        message: 'This file is registered already.',
        owner: 'you',
        remedy:
          'Close this dialog: what the file declares is in the list, or comes in a moment.',
      });
    await catalog.addLocation({ target });
  } catch (error) {
    throw error instanceof ResponseError ? saidByCatalog(error) : error;
  }
}
