import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory, problem } from './__testUtils__/typing';
import type { Context } from './Context';
import { withGeneratedVersion } from './generatedVersion';

const NOW = Date.UTC(2026, 10, 24, 15, 30, 59);

describe('20: a generated version', () => {
  const context = { output: { status: () => {} } } as unknown as Context;
  let directory: string;
  /** What is there already. */
  let taken: string[];
  let refusal: string;
  beforeEach(() => {
    taken = [];
    refusal = 'VERSION_EXISTS';
    directory = newDirectory();
    writeFileSync(
      join(directory, 'app.toml'),
      '[App]\nName = "a"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "node"\nModule = "s.js"\n',
    );
    writeFileSync(join(directory, 's.js'), '');
  });
  const generate = () =>
    withGeneratedVersion(
      context,
      directory,
      (own, time) => `${own}-${time}`,
      async ({ manifest: { version } }) => {
        if (taken.includes(version))
          throw new AppStoreError(problem(409, refusal) as never);
        taken.push(version);
        return version;
      },
      NOW,
    );

  it('20: made several times in one second is another one each time', async () => {
    const versions = [];
    for (let i = 0; i < 4; i++) versions.push(await generate());
    expect(versions).toEqual([
      '1.0.0-20261124153059',
      '1.0.0-20261124153100',
      '1.0.0-20261124153101',
      '1.0.0-20261124153102',
    ]);
  });

  it('20: does not go on for another refusal, nor for ever', async () => {
    await generate();
    refusal = 'NAME_TAKEN';
    await expect(generate()).rejects.toMatchObject({
      problem: { code: 'NAME_TAKEN' },
    });
    refusal = 'VERSION_EXISTS';
    taken.includes = () => true;
    await expect(generate()).rejects.toMatchObject({
      problem: { code: 'VERSION_EXISTS' },
    });
  });
});
