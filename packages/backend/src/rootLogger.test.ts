import {
  mockServices,
  ServiceFactoryTester,
} from '@backstage/backend-test-utils';
import type { JsonObject } from '@backstage/types';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledRootLogger } from './rootLogger';

const SCHEMA = {
  backstageConfigSchemaVersion: 1,
  schemas: [
    {
      path: 'config.d.ts',
      packageName: 'a',
      value: {
        type: 'object',
        properties: { password: { type: 'string', visibility: 'secret' } },
      },
    },
  ],
};

describe('the logger of a built portal', () => {
  const directory = mkdtempSync(join(tmpdir(), 'root-logger-'));
  const schema = join(directory, 'schema.json');
  const level = process.env.LOG_LEVEL;
  let output = '';

  beforeEach(() => {
    delete process.env.LOG_LEVEL;
    output = '';
    writeFileSync(schema, JSON.stringify(SCHEMA));
    // eslint-disable-next-line no-console -- what the logger writes to
    const { _stdout } = console as unknown as { _stdout: NodeJS.WriteStream };
    jest.spyOn(_stdout, 'write').mockImplementation(text => {
      output += text;
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => {
    rmSync(directory, { recursive: true });
    if (level !== undefined) process.env.LOG_LEVEL = level;
  });

  const loggerWith = (data: JsonObject) =>
    ServiceFactoryTester.from(compiledRootLogger(schema), {
      dependencies: [mockServices.rootConfig.factory({ data })],
    }).getSubject();

  it('masks what the schema calls a secret', async () => {
    const logger = await loggerWith({ password: 'hunter2', user: 'ada' });
    logger.info('ada signs in with hunter2');
    expect(output).toContain('ada signs in with ***');
    expect(output).not.toContain('hunter2');
  });

  it('keeps to the levels of the configuration', async () => {
    const logger = await loggerWith({
      backend: {
        logger: {
          level: 'warn',
          meta: { installation: 'north' },
          overrides: [{ matchers: { plugin: 'catalog' }, level: 'debug' }],
        },
      },
    });
    logger.info('unheard');
    logger.warn('heard');
    logger.child({ plugin: 'catalog' }).debug('overridden');
    expect(output).not.toContain('unheard');
    expect(output).toMatch(/heard.*north/);
    expect(output).toContain('overridden');
  });

  it('refuses a level that there is not', async () => {
    await expect(
      loggerWith({
        backend: {
          logger: {
            overrides: [{ matchers: { plugin: 'catalog' }, level: 'loud' }],
          },
        },
      }),
    ).rejects.toThrow(
      "backend.logger.overrides[0].level must be one of error, warn, info, debug, not 'loud'",
    );
  });
});
