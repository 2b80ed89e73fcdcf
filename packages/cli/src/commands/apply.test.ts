/** `apply`, `diff`, `prune` and `declare`: files, plans, and the exit codes of pipelines. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  anAlias,
  anApp,
  anInstance,
  aSecret,
  ID,
} from '../__testUtils__/resources';
import { newDirectory, piped, storeOf } from '../__testUtils__/typing';

const PLAN = 'POST /declarations/files';

const plan = (
  action: string,
  name = 'lunch',
  more: object = {},
  kind = 'AppAlias',
) => ({
  entityRef: `${kind.toLowerCase()}:default/${name}`,
  kind,
  action,
  changes: [],
  ...more,
});
const answer = (...items: object[]) => ({ items });

const ALIAS = `apiVersion: ai-app-store.io/v1alpha1
kind: AppAlias
metadata:
  name: lunch
spec: {}
`;
const COMPONENT = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: other
`;

function fileWith(text: string): string {
  const cwd = newDirectory();
  writeFileSync(join(cwd, 'catalog-info.yaml'), text);
  return cwd;
}

describe('diff', () => {
  it.each([
    [0, [plan('SAME')]],
    [6, [plan('SAME'), plan('UPDATE', 'other')]],
    [6, [plan('DIFFERS')]],
    [6, [plan('END')]],
    [1, [plan('UPDATE'), plan('REFUSED', 'other')]],
  ])('ends with %i', async (code, items) => {
    const store = await storeOf({ [PLAN]: answer(...items) }, fileWith(ALIAS));
    const typed = await store.type(['diff', '-f', 'catalog-info.yaml']);
    expect(typed.code).toBe(code);
    expect(store.asked[0].body).toMatchObject({ dryRun: true, prune: false });
    store.close();
  });

  it('says what differs, and who can mend what is refused', async () => {
    const store = await storeOf(
      {
        [PLAN]: answer(
          plan('UPDATE', 'lunch', {
            changes: [
              { field: 'primary', declared: 'true', actual: 'false' },
              { field: 'name', declared: 'lunch' },
            ],
          }),
          plan('REFUSED', 'other', {
            problem: {
              code: 'ALIAS_EXISTS',
              message: 'The alias other is taken.',
              owner: 'you',
              remedy: 'Choose another name.',
            },
          }),
        ),
      },
      fileWith(`${COMPONENT}---\n${ALIAS}`),
    );
    const { out, err } = await store.type(['diff', '-f', '.']);
    expect(out).toBe(`~ appalias:default/lunch  change
    primary: true (is false)
    name: lunch
! appalias:default/other  refused
    The alias other is taken.
    Choose another name.
1 change, 1 refused.
`);
    expect(err).toContain('1 document is not of the app store');
    const [{ document }] = store.asked[0].body.documents;
    expect(JSON.parse(document)).toMatchObject({ metadata: { name: 'lunch' } });
    store.close();
  });

  it('prints the plan as JSON', async () => {
    const store = await storeOf(
      { [PLAN]: answer(plan('SAME')) },
      newDirectory(),
    );
    const { code, out } = await store.type(['--json', 'diff', '-f', '-'], {
      stdin: piped(ALIAS),
    });
    expect([code, JSON.parse(out)]).toEqual([0, [plan('SAME')]]);
    store.close();
  });

  it.each<[string, string, number, string]>([
    ['nothing.yaml', ALIAS, 3, 'is not there'],
    ['catalog-info.yaml', 'a: [', 1, 'is not YAML'],
    ['catalog-info.yaml', COMPONENT, 1, 'no declaration'],
    ['catalog-info.yaml', '', 1, 'no declaration'],
  ])('refuses %s with %j', async (name, text, code, message) => {
    const store = await storeOf({}, fileWith(text));
    const typed = await store.type(['diff', '-f', name]);
    expect([typed.code, typed.err]).toEqual([
      code,
      expect.stringContaining(message),
    ]);
    expect(store.asked).toEqual([]);
    store.close();
  });

  it('needs a file', async () => {
    const store = await storeOf({});
    expect((await store.type(['diff'])).code).toBe(2);
    store.close();
  });
});

describe('apply', () => {
  it('changes nothing with --dry-run', async () => {
    const store = await storeOf(
      { [PLAN]: answer(plan('CREATE')) },
      fileWith(ALIAS),
    );
    const { code } = await store.type([
      ...['apply', '-f', 'catalog-info.yaml', '--dry-run'],
    ]);
    expect(code).toBe(6);
    expect(store.asked.map(({ body }) => body.dryRun)).toEqual([true]);
    store.close();
  });

  it('imports an app that is not there, then applies, and waits for what is on its way', async () => {
    const cwd = fileWith(
      `${ALIAS}---\napiVersion: ai-app-store.io/v1alpha1\nkind: App\nmetadata:\n  name: lunch\nspec:\n  source: ./app/\n  visibility: ALL_USERS\n`,
    );
    mkdirSync(join(cwd, 'app'));
    writeFileSync(
      join(cwd, 'app', 'app.toml'),
      '[App]\nName = "lunch"\nVersion = "1.0.0"\nTitle = "Lunch"\nDescription = "d"\n[Runtime]\nAppMode = "static"\nModule = "site"\n',
    );
    mkdirSync(join(cwd, 'app', 'site'));
    writeFileSync(join(cwd, 'app', 'site', 'index.html'), '<h1>Lunch</h1>');
    const app = (action: string) => plan(action, 'lunch', {}, 'App');
    const store = await storeOf(
      {
        [PLAN]: [
          answer(app('CREATE'), plan('CREATE')),
          answer(
            app('SAME'),
            plan('WAIT', 'lunch', {
              problem: {
                code: 'WAITING',
                message: 'It is on its way.',
                owner: 'you',
                remedy: 'Nothing to do.',
              },
            }),
          ),
          answer(app('SAME'), plan('CREATE')),
        ],
        'POST /apps': { status: 201, body: { app: anApp(), warnings: [] } },
      },
      cwd,
    );
    const { code, out } = await store.type(['apply', '-f', '.']);
    expect(code).toBe(0);
    expect(store.whats()).toEqual([PLAN, 'POST /apps', PLAN, PLAN]);
    expect(store.asked[0].body.documents).toContainEqual({
      document: expect.stringContaining('"App"'),
      file: expect.stringContaining('catalog-info.yaml'),
      bundle: {
        name: 'lunch',
        version: '1.0.0',
        contentDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(out).toMatch(/\+ app:default\/lunch +published/);
    expect(out).toMatch(/\+ appalias:default\/lunch +created/);
    store.close();
  });

  it('ends with 1 where something was refused', async () => {
    const store = await storeOf(
      {
        [PLAN]: [
          answer(plan('CREATE'), plan('CREATE', 'other')),
          answer(plan('CREATE'), plan('REFUSED', 'other')),
        ],
      },
      fileWith(ALIAS),
    );
    expect((await store.type(['apply', '-f', '.'])).code).toBe(1);
    store.close();
  });
});

describe('prune', () => {
  it('asks before it ends something', async () => {
    const store = await storeOf(
      { [PLAN]: answer(plan('END', 'old')) },
      fileWith(ALIAS),
    );
    const words = ['prune', '-f', '.', '--set', 'lunch'];
    const { code, err } = await store.type(words);
    expect([code, err]).toEqual([2, expect.stringContaining('--yes')]);
    expect(store.asked.map(({ body }) => body.dryRun)).toEqual([true]);
    const { code: done, out } = await store.type([...words, '-y']);
    expect([done, out]).toEqual([
      0,
      expect.stringContaining('- appalias:default/old  ended'),
    ]);
    expect(store.asked.at(-1)?.body).toMatchObject({
      set: 'lunch',
      dryRun: false,
      apply: false,
      prune: true,
    });
    store.close();
  });

  it('has nothing to do where nothing is gone', async () => {
    const store = await storeOf({ [PLAN]: answer() }, fileWith(ALIAS));
    const { code, out } = await store.type([
      ...['prune', '-f', '.', '--set', 'lunch'],
    ]);
    expect([code, out]).toEqual([0, 'Nothing to do.\n']);
    store.close();
  });
});

describe('a set of files', () => {
  const ofSet = (name: string, set: string) =>
    ALIAS.replace(
      'name: lunch',
      `name: ${name}\n  annotations:\n    ai-app-store.io/set: ${set}`,
    );

  it('is named before something of it ends: files of two directories may have no name', async () => {
    const store = await storeOf({}, fileWith(ALIAS));
    const { code, err } = await store.type(['prune', '-f', '.', '-y']);
    expect([code, err]).toEqual([2, expect.stringContaining('--set NAME')]);
    expect(store.asked).toEqual([]);
    store.close();
  });

  it('is named by the documents', async () => {
    const store = await storeOf(
      { [PLAN]: answer(plan('END', 'old', { file: '/team/a.yaml' })) },
      fileWith(ofSet('lunch', 'team')),
    );
    const { out } = await store.type(['prune', '-f', '.', '--dry-run']);
    expect(store.asked[0].body).toMatchObject({ set: 'team', prune: true });
    expect(out).toContain('applied from /team/a.yaml');
    await store.type(['diff', '-f', '.']);
    expect(store.asked[1].body).toMatchObject({ set: 'team', prune: true });
    store.close();
  });

  it.each([
    ['by the documents', `${ofSet('a', 'one')}---\n${ofSet('b', 'two')}`, []],
    ['by a document and --set', ofSet('a', 'one'), ['--set', 'two']],
  ])('is not named twice: %s', async (_, text, more) => {
    const store = await storeOf({}, fileWith(text));
    const { code, err } = await store.type(['prune', '-f', '.', ...more]);
    expect([code, err]).toEqual([1, expect.stringContaining('one, two')]);
    expect(store.asked).toEqual([]);
    store.close();
  });

  it('is asked for with what would end, and where that came from', async () => {
    const store = await storeOf(
      { [PLAN]: answer(plan('END', 'old', { file: '/other/lunch.yaml' })) },
      fileWith(ALIAS),
    );
    const asked: string[] = [];
    const { code } = await store.type(['prune', '-f', '.', '--set', 'lunch'], {
      canAsk: true,
      confirm: async question => {
        asked.push(question);
        return false;
      },
    });
    expect(asked).toEqual([
      '  appalias:default/old, applied from /other/lunch.yaml\nEnd this one of the set lunch?',
    ]);
    expect(code).toBe(1);
    store.close();
  });
});

describe('declare', () => {
  it.each([
    ['./', '.'],
    ['./apps/hello/', 'apps/hello'],
    ['./', 'node_modules/hello'],
  ])('writes %s for an app in %s', async (source, directory) => {
    const cwd = newDirectory();
    mkdirSync(join(cwd, directory), { recursive: true });
    writeFileSync(
      join(cwd, directory, 'app.toml'),
      '[App]\nName = "com.example.hello"\nVersion = "1.0.0"\nTitle = "Hello"\n[Runtime]\nAppMode = "static"\nModule = "site"\n',
    );
    const store = await storeOf({ [`GET /apps/${ID}`]: anApp() }, cwd);
    const { out } = await store.type(['declare', 'app', ID]);
    expect(parse(out).spec.source).toBe(source);
    // What has to be written by hand is said.
    expect(out.includes('# No directory here')).toBe(
      directory === 'node_modules/hello',
    );
    store.close();
  });

  it('writes what is there, and no value', async () => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp({ visibility: 'PUBLIC' }),
      [`GET /instances/${ID}`]: anInstance({ appName: 'lunch' }),
      'GET /aliases/lunch': anAlias({ name: 'lunch', primary: true }),
      'GET /secrets/db': aSecret({ name: 'db', keys: ['token'] }),
    });
    const declared = async (...words: string[]) =>
      parse((await store.type(['declare', ...words])).out);
    expect(await declared('app', ID)).toEqual({
      apiVersion: 'ai-app-store.io/v1alpha1',
      kind: 'App',
      metadata: { name: 'com.example.hello', title: 'Hello' },
      spec: { source: './', visibility: 'PUBLIC' },
    });
    expect(await declared('instance', ID, '-n', 'shared')).toMatchObject({
      kind: 'AppInstance',
      metadata: { name: 'shared' },
      spec: { appName: 'lunch', id: ID },
    });
    expect(await declared('alias', 'lunch')).toMatchObject({
      spec: { primary: true },
    });
    expect(await declared('secret', 'db')).toMatchObject({
      spec: {
        keys: {
          token: { valueFrom: { secretKeyRef: { name: 'db', key: 'token' } } },
        },
      },
    });
    store.close();
  });

  it('writes over no file', async () => {
    const cwd = fileWith(ALIAS);
    const store = await storeOf({ 'GET /aliases/lunch': anAlias() }, cwd);
    const typed = await store.type([
      ...['declare', 'alias', 'lunch', '-o', 'catalog-info.yaml'],
    ]);
    expect([typed.code, typed.err]).toEqual([
      1,
      expect.stringContaining('catalog-info.yaml'),
    ]);
    store.close();
  });
});
