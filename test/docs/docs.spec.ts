/**
 * `npm run docs:check`: whoever follows README and `docs/` meets nothing that is wrong. Every block
 * is run here, in a fresh directory and in the order of the text, or stands in the list of `blocks.ts`.
 */
import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { enterApp } from '../e2e/gateway';
import { Portal } from '../e2e/portal';
import { Shell } from '../e2e/Shell';
import {
  blocksOfDocs,
  ELSEWHERE,
  elsewhere,
  missingTests,
  ROOT,
  type Block,
} from './blocks';

const run = promisify(execFile);
const blocks = blocksOfDocs();
const mine = blocks.filter(block => !elsewhere(block));
const done = new Set<Block>();
let commands = 0;

const portal = new Portal();
const room = realpathSync(mkdtempSync(join(tmpdir(), 'docs-')));

test.describe.configure({ mode: 'serial' });

/** Blocks of one file and language that have all these words, in their order. */
function take(file: string, language: string, ...words: string[]): Block[] {
  const found = mine.filter(
    block =>
      block.file === file &&
      block.language === language &&
      words.every(word => block.text.includes(word)),
  );
  expect(found, `${file} has ${language} with ${words}`).not.toEqual([]);
  found.forEach(block => done.add(block));
  return found;
}

/** A home, an empty directory, and what is typed there. */
async function newcomer(name: string, cwd?: string) {
  const home = join(room, name);
  mkdirSync(join(home, 'work'), { recursive: true });
  const shell = await Shell.start({
    cwd: cwd ?? join(home, 'work'),
    home,
    bin: join(home, 'work'),
  });
  /** Types a text, or one line of it, as it stands there; its output, and its exit code. */
  const type = async (text: string, expected = 0) => {
    const here = text.replaceAll('localhost:7007', `localhost:${portal.port}`);
    const { output, code } = await shell.run(here);
    expect(code, `${text}\n${output}`).toBe(expected);
    commands += here
      .split('\n')
      .filter(line => /^[a-z]/.test(line) && !line.endsWith('\\')).length;
    return output;
  };
  return { type, end: () => shell.end(), work: join(home, 'work') };
}

const lines = (block: Block) => block.text.trim().split('\n');

/** Blocks of configuration: what the store can do with them here is tried, the rest is held against the schemas. */
const configurations = mine.filter(
  ({ file, language, text }) =>
    file !== 'CONTRIBUTING.md' &&
    language === 'yaml' &&
    !text.includes('apiVersion:'),
);
const NEEDS_MORE = /^ {2}kubernetes:|^kubernetes:|s3:/m;

function write(name: string, text: string): string {
  const path = join(room, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test.beforeAll(async () => {
  test.setTimeout(300_000);
  const usable = configurations.filter(({ text }) => !NEEDS_MORE.test(text));
  expect(usable.length).toBeGreaterThan(2);
  await portal.start(
    {},
    usable.map((block, i) => write(`usable-${i}.yaml`, block.text)),
  );
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
  rmSync(room, { recursive: true, force: true });
});

test('README: what is typed are commands of the package', () => {
  const { scripts } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  const typed = [
    ...take('README.md', 'sh'),
    ...take('docs/install.md', 'sh'),
  ].flatMap(lines);
  for (const line of typed) {
    const [, name] = /^npm (?:run )?(\S+)/.exec(line) ?? [];
    // This portal was started by it, and this test runs by the other.
    expect(scripts[name]).toBeTruthy();
    commands++;
  }
});

test('packaging.md: "Your first app in five minutes", followed literally', async () => {
  test.setTimeout(180_000);
  const { type, end } = await newcomer('packager', ROOT);
  const began = Date.now();
  let address = '';
  for (const { text } of take('docs/packaging.md', 'sh')) {
    const output = await type(
      text.replaceAll('/tmp/first-app', join(room, 'first-app')),
    );
    address = /http:\/\/([0-9a-f-]{36})\.apps/.exec(output)?.[1] ?? address;
  }
  expect(Date.now() - began).toBeLessThan(5 * 60_000);
  end();
  const open = await enterApp(portal, 'dev', address);
  expect((await open()).body).toContain('Hello from My first app');
  const { body } = await portal.api('uma', '/apps?name=com.example.first-app');
  // The version that was deployed is the one that is shared.
  expect(body.items).toEqual([expect.objectContaining({ version: '0.1.0' })]);
});

test('command.md: install it, and the short tour', async () => {
  test.setTimeout(180_000);
  const { type, end } = await newcomer('tourist');
  const [install, tour] = take('docs/command.md', 'sh');
  await type(install.text);
  let id = '';
  for (const line of lines(tour)) {
    const here = line
      // What opens the portal in a browser is tried in another test.
      .replace(/^(app-store login \S+)/, '$1 --demo dev')
      .replace('1a2b', id.slice(0, 4));
    const follows = / -f /.test(here);
    // Whoever has seen enough types Ctrl-C, which ends it with 0.
    const output = await type(
      follows
        ? `timeout --foreground --preserve-status -s INT 4 ${here}`
        : here,
    );
    if (/ app run /.test(line))
      [id] = /\b[0-9a-f]{8}-[0-9a-f-]{27}\b/.exec(output)!;
  }
  end();
  const { body } = await portal.api('uma', '/apps?name=my-app');
  expect(body.items).toEqual([
    expect.objectContaining({ visibility: 'ALL_USERS' }),
  ]);
  await expect
    .poll(async () => (await portal.api('dev', `/instances/${id}`)).body.status)
    .toBe('SUSPENDED');
});

test('declarations.md: the file, and the commands', async () => {
  test.setTimeout(180_000);
  const { type, end, work } = await newcomer('declarer');
  const [install] = take('docs/command.md', 'sh', 'curl');
  const [file] = take('docs/declarations.md', 'yaml', 'apiVersion:');
  await type(install.text);
  await type('app-store login http://localhost:7007 --demo dev');
  await type('app-store bundle init lunch --kind static');
  writeFileSync(join(work, 'catalog-info.yaml'), file.text);
  const [diff, apply, prune] = lines(
    take('docs/declarations.md', 'sh', 'app-store diff')[0],
  );
  // 6: it differs.
  await type(diff, 6);
  await type(apply);
  await type(diff);
  const { body } = await portal.api('dev', '/aliases?scope=mine');
  expect(body.items).toContainEqual(
    expect.objectContaining({ name: 'lunch', primary: true }),
  );
  const alias = file.text.split('---\n').slice(0, -1).join('---\n');
  writeFileSync(join(work, 'catalog-info.yaml'), alias);
  // It asks first; without a terminal it has to be told.
  expect(await type(prune, 2)).toContain('--yes');
  await type(prune.replace(' #', ' --yes #'));
  const left = await portal.api('dev', '/aliases?scope=mine');
  expect(left.body.items).toEqual([]);
  end();
});

test('operate.md: the doctor', async () => {
  const { type, end } = await newcomer('operator');
  const [install] = take('docs/command.md', 'sh', 'curl');
  await type(install.text);
  await type('app-store login http://localhost:7007 --demo ada');
  for (const line of lines(take('docs/operate.md', 'sh', 'doctor')[0]))
    await type(line);
  end();
});

test('every block of configuration is one that the portal takes', async () => {
  test.setTimeout(120_000);
  const files = ['app-config.yaml', 'app-config.production.yaml'].map(file =>
    join(ROOT, file),
  );
  for (const [i, block] of configurations.entries()) {
    expect(parse(block.text)).toBeTruthy();
    files.push(write(`block-${i}.yaml`, block.text));
    done.add(block);
  }
  const variables = files.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, v]) => v),
  );
  await run(
    'yarn',
    [
      'backstage-cli',
      'config:check',
      '--strict',
      ...files.flatMap(file => ['--config', file]),
    ],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        ...Object.fromEntries(variables.map(name => [name, '1'])),
      },
    },
  );
});

test('every block of TypeScript compiles', async () => {
  test.setTimeout(120_000);
  mkdirSync(join(ROOT, 'test-artifacts'), { recursive: true });
  const directory = mkdtempSync(join(ROOT, 'test-artifacts', 'docs-'));
  const programs = mine.filter(({ language }) => language === 'ts');
  expect(programs.length).toBeGreaterThan(1);
  programs.forEach((block, i) => {
    // What a reader has in the file already.
    writeFileSync(
      join(directory, `block-${i}.ts`),
      `import { createBackendModule } from '@backstage/backend-plugin-api';
import { startLocalCluster } from '@ai-app-store/local-cluster';
import { mkdtempSync } from 'node:fs';
declare function write(content: unknown): string;
${block.text}
export const before = [createBackendModule, startLocalCluster, mkdtempSync, write];
`,
    );
    done.add(block);
  });
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        emitDeclarationOnly: false,
        target: 'es2022',
        module: 'preserve',
      },
      include: ['*.ts'],
    }),
  );
  const compiled = run(
    'node',
    ['node_modules/typescript-native/bin/tsc', '-p', directory],
    { cwd: ROOT },
  ).then(
    () => '',
    ({ stdout }) => stdout,
  );
  expect(await compiled).toBe('');
  rmSync(directory, { recursive: true });
});

test('no block is left out', () => {
  expect(missingTests()).toEqual([]);
  const unused = ELSEWHERE.filter(
    entry => !blocks.some(block => elsewhere(block) === entry),
  );
  expect(unused).toEqual([]);
  const forgotten = mine.filter(block => !done.has(block));
  expect(
    forgotten.map(({ file, line, text }) => `${file}:${line} ${text}`),
  ).toEqual([]);
  const others = blocks.flatMap(block => elsewhere(block) ?? []);
  console.log(
    `  ${blocks.length} blocks: ${done.size} here with ${commands} commands, ${
      others.filter(({ by }) => by).length
    } by other tests, ${
      others.filter(({ needs }) => needs).length
    } need what is not here:`,
  );
  for (const { file, has, needs } of ELSEWHERE)
    if (needs) console.log(`    ${file}, “${has}”: ${needs}`);
});
