/**
 * The root logger, which masks secrets of the configuration. To know them it needs the
 * configuration's schema; the portal's build has it compiled. From source it is compiled
 * at each start, which loads TypeScript into the process for good.
 */
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { createConfigSecretEnumerator } from '@backstage/backend-defaults/rootConfig';
import {
  rootLoggerServiceFactory,
  WinstonLogger,
  type WinstonLoggerLevelOverride,
} from '@backstage/backend-defaults/rootLogger';
import type { Config } from '@backstage/config';
import { loadConfigSchema } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Written by scripts/build.mjs beside the built file; from source there is none. */
// eslint-disable-next-line no-restricted-syntax -- the file lies beside the built program, not in a package
const COMPILED_SCHEMA = join(__dirname, 'config-schema.json');

const LEVELS = ['error', 'warn', 'info', 'debug'];

function levelOverrides(config: Config): WinstonLoggerLevelOverride[] {
  const overrides =
    config.getOptionalConfigArray('backend.logger.overrides') ?? [];
  return overrides.map((override, i) => {
    const level = override.getString('level');
    if (!LEVELS.includes(level))
      throw new Error(
        `backend.logger.overrides[${i}].level must be one of ${LEVELS.join(
          ', ',
        )}, not '${level}'`,
      );
    return { level, matchers: override.getConfig('matchers').get() };
  });
}

/** What Backstage's own logger does, with a schema that is already compiled. */
export function compiledRootLogger(path: string) {
  return createServiceFactory({
    service: coreServices.rootLogger,
    deps: { config: coreServices.rootConfig },
    async factory({ config }) {
      const logger = WinstonLogger.create({
        meta: {
          service: 'backstage',
          ...config.getOptional<JsonObject>('backend.logger.meta'),
        },
        level:
          process.env.LOG_LEVEL ||
          config.getOptionalString('backend.logger.level') ||
          'info',
      });
      const secretsOf = await createConfigSecretEnumerator({
        logger,
        schema: await loadConfigSchema({
          serialized: JSON.parse(readFileSync(path, 'utf8')),
        }),
      });
      const apply = () => {
        logger.addRedactions(secretsOf(config));
        logger.setLevelOverrides(levelOverrides(config));
      };
      apply();
      config.subscribe?.(apply);
      return logger;
    },
  });
}

export default existsSync(COMPILED_SCHEMA)
  ? compiledRootLogger(COMPILED_SCHEMA)
  : rootLoggerServiceFactory;
