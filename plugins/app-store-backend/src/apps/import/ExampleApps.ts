/** Fills an empty store with the example apps, by the way that an upload takes. */
import { packDirectory } from '@ai-app-store/bundle';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreConfig } from '../../config/StoreConfig';
import type { AppRepository } from '../AppRepository';
import type { SettingsRepository } from '../../database/SettingsRepository';
import type { AppImport } from './AppImport';
import type { Caller } from '../../auth/Caller';
import type { SecretChanges } from '../../secrets/SecretChanges';

const BEGUN = 'examples-begun';
const DONE = 'examples-imported';

/** Imports every directory with an `app.toml`; once, and only into a store without apps. */
export async function importExamples(options: {
  examples: NonNullable<StoreConfig['examples']>;
  apps: AppRepository;
  settings: SettingsRepository;
  imports: AppImport;
  secretChanges: SecretChanges;
  logger: LoggerService;
}): Promise<void> {
  const { examples, apps, settings, imports, secretChanges, logger } = options;
  if (await settings.get(DONE)) return;
  // An import that was begun is brought to its end, even if the process ended in between.
  if (!(await settings.get(BEGUN)) && (await apps.count()) > 0) return;
  await settings.getOrSet(BEGUN, new Date().toISOString());
  const owner: Caller = {
    userEntityRef: examples.owner,
    roles: [],
    fullAccess: true,
    admin: true,
  };
  for (const { name, data } of examples.secrets)
    await secretChanges.put(owner, { name }, { data });
  for (const name of (await readdir(examples.directory)).sort()) {
    const directory = join(examples.directory, name);
    if (!(await stat(join(directory, 'app.toml')).catch(() => undefined)))
      continue;
    try {
      const { app, warnings } = await imports.import(
        owner,
        await packDirectory(directory),
        { visibility: 'ALL_USERS' },
      );
      logger.info(`example ${app.name} ${app.version} is in the store`);
      warnings.forEach(warning =>
        logger.warn(`example ${name}: ${warning.message}`),
      );
    } catch (error) {
      if ((error as { code?: string }).code === 'VERSION_EXISTS') continue;
      logger.error(
        `example ${name} was not imported: ${(error as Error).message}`,
      );
    }
  }
  await settings.getOrSet(DONE, new Date().toISOString());
}
