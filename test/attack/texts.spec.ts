/** What authors write, and the variables that they set: what these do to those who look. */
import { expect, test } from './fixtures';

const ESC = '\x1b';
// eslint-disable-next-line no-control-regex
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Bidi_Control}]/u;

/** An app that prints what would steer a terminal, and what it was started with. */
const EVIL = `
console.log('${ESC}[31mred${ESC}[0m ${ESC}]0;owned\\x07${ESC}[2J${ESC}[1A\\u202Ekcab\\rfake');
console.log('arguments ' + JSON.stringify(process.argv.slice(2)));
require('node:http').createServer((request, response) => response.end(JSON.stringify(process.env))).listen(Number(process.env.PORT));
`;
const evil = (name: string, tables = '') => ({
  name,
  runtime: null,
  files: { 'evil.js': EVIL },
  tables: `[Runtime]\nAppMode = "node"\nModule = "evil.js"\n${tables}`,
});

test('10: a log steers no terminal, and an app gets its arguments', async ({
  world,
}) => {
  const app = await world.import(
    'dev',
    evil('ten-log', 'AppArgs = ["--loud", "a b"]'),
  );
  const { id } = await world.run('dev', app);
  const { code, out } = await world.cli('dev', ['instance', 'logs', id]);
  expect(code).toBe(0);
  expect(out).not.toMatch(STEERING);
  expect(out).toContain(
    'red \\u001B]0;owned\\u0007\\u001B[2J\\u001B[1A\\u202Ekcab\nfake',
  );
  // 17: what app.toml accepts is obeyed.
  expect(out).toContain('arguments ["--loud","a b"]');
});

test('10: texts that read as others are refused, and do not reach a terminal', async ({
  world,
}) => {
  for (const change of [
    { title: 'Pay\u202Eslip' },
    { app: 'Description = "a\\u2066b"' },
    { app: 'Keywords = ["a\\u200Fb"]' },
    { app: 'Category = "a\\u202Eb"' },
    { tables: '[[Parameter]]\nName = "P"\nTitle = "a\\u202Eb"' },
  ]) {
    const { status, body } = await world.send('dev', {
      name: 'ten-text',
      ...change,
    });
    expect({ status, code: body.code }).toEqual({
      status: 400,
      code: 'BAD_APP_TOML',
    });
    expect(body.detail).toContain('changes the direction of text');
    expect(JSON.stringify(body)).not.toMatch(STEERING);
  }
  const typed = await world.typeImport('dev', {
    name: 'ten-text',
    title: 'Pay\u202Eslip',
  });
  expect(typed.code).toBe(1);
  expect(`${typed.out}${typed.err}`).not.toMatch(STEERING);
});

test("10: the author's variables reach the app, and no program before or beside it", async ({
  world,
}) => {
  const variables = {
    LD_PRELOAD: '/no/such/library.so',
    LIBMOUNT_DEBUG: 'all',
    PATH: '/no/such/bin:/usr/bin:/opt/node/bin:/bin',
    NODE_OPTIONS: '--title=theirs',
    PYTHONPATH: '/no/such/place',
    GIT_SSH_COMMAND: 'false',
    npm_config_registry: 'http://127.0.0.1:1/',
    PIP_INDEX_URL: 'http://127.0.0.1:1/',
    BASH_ENV: '/no/such/script',
    turn: 'theirs',
  };
  const app = await world.import(
    'dev',
    evil(
      'ten-env',
      Object.entries(variables)
        .map(([name, value]) => `[[Env]]\nName = "${name}"\nValue = "${value}"`)
        .join('\n'),
    ),
  );
  const { id } = await world.run('dev', app);
  const { body } = await (await world.enter('dev', id))('/');
  expect(JSON.parse(body)).toMatchObject(variables);
  const log = async (container: string) =>
    (await world.cli('dev', ['instance', 'logs', id, '-c', container])).out;
  // The loader complains once for each program that it was to change: here, the app alone.
  expect((await log('app')).match(/from LD_PRELOAD/g)).toHaveLength(1);
  expect(await log('app')).not.toMatch(/libmount/);
  expect(await log('prepare')).not.toMatch(/LD_PRELOAD|libmount/);
});
