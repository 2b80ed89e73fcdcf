/** Imports of bundles, followed as they go. */
import type {
  ImportedApp,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';
import { bar, bytes } from './output';
import { once } from './repeating';

/** How to import a bundle. */
export interface ImportFlags {
  visibility?: Visibility;
  setImage?: string;
  profile?: string;
  origin?: 'direct' | 'marketplace';
}

/** Sends a bundle to the store; once, however often the connection breaks. */
export async function importFile(
  context: Context,
  path: string,
  flags: ImportFlags,
): Promise<ImportedApp> {
  const { output } = context;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new CliError(`${path} is not a file.`, {
      exitCode: EXIT.notFound,
      code: 'NO_FILE',
      remedy: 'Name a .wave or .zip file; `app-store bundle` makes one.',
    });
  const { size } = found;
  const api = context.api({
    file: {
      path,
      size,
      onProgress: sent =>
        output.status(
          sent < size
            ? `uploading ${bar(sent / size)} ${bytes(sent)} of ${bytes(size)}`
            : 'uploaded; the store is checking it …',
        ),
    },
  });
  const imported = await once(context, idempotencyKey =>
    api.importApp(
      // What is sent is the file above; the client only wants to know that there is something.
      createReadStream(path).destroy() as unknown as BodyInit,
      {
        visibility: flags.visibility,
        origin: flags.origin,
        image: flags.setImage,
        profile: flags.profile,
        idempotencyKey,
      },
    ),
  );
  output.issues(imported.warnings);
  return imported;
}
