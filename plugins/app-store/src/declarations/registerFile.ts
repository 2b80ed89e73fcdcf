import { ResponseError } from '@backstage/errors';
import type { CatalogApi } from '@backstage/plugin-catalog-react';
import {
  AppStoreError,
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

/** How the catalog says which entity a processor refuses, and why. */
const REFUSED_ENTITY =
  /^Processor \w+ threw an error while \w+ the entity (\S+); caused by \w*Error: (.*)$/;
/** How it says that there is something wrong with the file as a whole. */
const BAD_FILE = /YAML|Duplicate nested|Policy check|envelope|must be/i;

/** Why the catalog does not take a file. */
function fileProblem(said: string): Problem {
  const [, ref, fault] = REFUSED_ENTITY.exec(said) ?? [];
  if (fault || BAD_FILE.test(said))
    return {
      code: 'BAD_FILE',
      message: `The file was not registered. ${
        fault ? `${ref}: ${fault}` : said
      }`,
      owner: 'author',
      remedy: 'Correct the file.',
    };
  return {
    code: 'FILE_NOT_READ',
    message: `The file was not registered: ${said}.`,
    owner: 'you',
    remedy:
      'Check the URL. If it is right, an admin adds its host to integrations or backend.reading.allow in the configuration of the portal.',
  };
}

function saidByCatalog({ statusCode, cause }: ResponseError): AppStoreError {
  if (statusCode === 403)
    return refusal(statusCode, {
      code: 'NOT_ALLOWED',
      message: 'The catalog does not let you register files.',
      owner: 'admin',
      remedy: 'An admin registers the file, or gives you the permission.',
    });
  // The other lines are of the file, which may have a value where none belongs.
  const [said] = cause.message.replace(/^\w*Error: /, '').split('\n');
  return refusal(
    statusCode,
    statusCode === 400
      ? fileProblem(said)
      : {
          code: 'CATALOG_FAILED',
          message: `The catalog does not answer: ${said}.`,
          owner: 'platform',
          remedy: 'Try again in a moment.',
        },
  );
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
          'Close this dialog: what the file declares is in the list, or comes within half a minute.',
      });
    await catalog.addLocation({ target });
  } catch (error) {
    throw error instanceof ResponseError ? saidByCatalog(error) : error;
  }
}
