/** The documentation says what the code does. `UPDATE_DOCS=1` writes what is generated of it. */
import {
  appTomlJsonSchema,
  declarationsJsonSchema,
  appTomlReference,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from './program';
import { commandReference } from './__testUtils__/commandReference';
import { type } from './__testUtils__/typing';

const DOCS = resolve(__dirname, '../../../docs');
// Neither has types.
const { format } = require('prettier');
const prettier = require('@backstage/cli/config/prettier');

/** Compares a file with what it should be, or makes it so. */
function agree(path: string, wanted: string): void {
  if (process.env.UPDATE_DOCS) writeFileSync(path, wanted);
  expect(readFileSync(path, 'utf8')).toBe(wanted);
}

describe('the documentation', () => {
  it('has every key of app.toml', () => {
    const path = resolve(DOCS, 'packaging.md');
    const text = readFileSync(path, 'utf8');
    const wanted = text.replace(
      /<!-- reference -->[^]*<!-- \/reference -->/,
      () => `<!-- reference -->\n\n${appTomlReference()}\n<!-- /reference -->`,
    );
    agree(path, format(wanted, { ...prettier, parser: 'markdown' }));
    expect(wanted).toContain('| `VolumeMount` |');
  });

  it('has every command with its help', () => {
    const path = resolve(DOCS, 'command.md');
    const wanted = readFileSync(path, 'utf8').replace(
      /<!-- reference -->[^]*<!-- \/reference -->/,
      () =>
        `<!-- reference -->\n\n${commandReference()}\n\n<!-- /reference -->`,
    );
    agree(path, format(wanted, { ...prettier, parser: 'markdown' }));
    expect(wanted).toContain('### app run');
    expect(wanted).toContain('| `admin alias free` |');
  });

  it('has every command of an admin, typed', () => {
    const typed = readFileSync(
      resolve(__dirname, '../../../test/e2e/transcript.md'),
      'utf8',
    );
    const leaves = (command: Command, words: string[]): string[] =>
      command.commands.length
        ? command.commands.flatMap(each =>
            leaves(each, [...words, each.name()]),
          )
        : [words.join(' ')];
    const admin = createProgram(
      undefined as never,
      undefined as never,
      () => {},
    ).commands.find(each => each.name() === 'admin')!;
    const all = leaves(admin, ['app-store', 'admin']);
    expect(all.length).toBeGreaterThan(40);
    expect(
      all.filter(
        words => !typed.includes(`${words} `) && !typed.includes(`${words}\n`),
      ),
    ).toEqual([]);
  });

  it('has the JSON Schemas that the command prints', async () => {
    agree(
      resolve(DOCS, 'app-toml.schema.json'),
      format(JSON.stringify(appTomlJsonSchema()), {
        ...prettier,
        parser: 'json',
      }),
    );
    const { out: printed } = await type(['bundle', 'schema'], '/');
    expect(JSON.parse(printed)).toEqual(
      JSON.parse(JSON.stringify(appTomlJsonSchema())),
    );
    const schema = JSON.stringify(declarationsJsonSchema());
    agree(
      resolve(DOCS, 'declarations.schema.json'),
      format(schema, { ...prettier, parser: 'json' }),
    );
    const { out } = await type(['declare', 'schema'], '/');
    expect(JSON.parse(out)).toEqual(JSON.parse(schema));
  });
});
