/** `secret …`: values come in whole, and go out only where they are asked for. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aSecret, ID, page } from '../__testUtils__/resources';
import { newDirectory, piped, refusal, storeOf } from '../__testUtils__/typing';

const base64 = (text: string | Uint8Array) =>
  Buffer.from(text as string).toString('base64');
const made = { status: 201, body: aSecret() };

describe('the values of a secret', () => {
  it('come from standard input, files and lines, byte by byte', async () => {
    const cwd = newDirectory();
    const bytes = Uint8Array.from([0, 255, 10, 128]);
    writeFileSync(join(cwd, 'key.bin'), bytes);
    writeFileSync(join(cwd, 'a.env'), '# none\n\nUSER=me\r\nURL=a=b c\n');
    const store = await storeOf({ 'PUT /secrets/crm': made }, cwd);
    const { code, out, err } = await store.type(
      [
        ...['secret', 'create', 'crm', '--from-file=password=-'],
        ...['--from-file=key.bin', '--from-file=again=./key.bin'],
        ...['--from-env-file', 'a.env', '--from-literal=x=1=2'],
      ],
      { stdin: piped('hun', bytes) },
    );
    expect(code).toBe(0);
    const [{ body, query, headers }] = store.asked;
    expect(body).toEqual({
      encoding: 'base64',
      data: {
        password: base64(Buffer.concat([Buffer.from('hun'), bytes])),
        'key.bin': base64(bytes),
        again: base64(bytes),
        USER: base64('me'),
        URL: base64('a=b c'),
        x: base64('1=2'),
      },
    });
    expect(query).toEqual({ visibility: 'PRIVATE' });
    expect(headers['if-none-match']).toBe('*');
    expect(out + err).not.toMatch(/hun|aHVu/);
    store.close();
  });

  it('that end with a line break are remarked on', async () => {
    const store = await storeOf({ 'PUT /secrets/crm': made });
    const { err } = await store.type(
      ['secret', 'create', 'crm', '--from-file=password=-'],
      { stdin: piped('x\n') },
    );
    expect(err).toContain('ends with a line break');
    store.close();
  });

  it.each([
    [[], 2, 'has no value'],
    [['--from-literal=secret-itself'], 2, 'has no key'],
    [['--from-literal=a=1', '--from-literal=a=2'], 2, 'given twice'],
    [['--from-literal=a b=1'], 2, 'The key "a b"'],
    [['--from-file=-'], 2, 'no key or no path'],
    [['--from-file=a=-', '--from-file=b=-'], 2, 'used for a and for b'],
    [['--from-file=a=nowhere'], 3, 'nowhere is not a file'],
  ])('%j are none', async (flags, wanted, words) => {
    const store = await storeOf({});
    const { code, err } = await store.type([
      'secret',
      'create',
      'crm',
      ...flags,
    ]);
    expect({ code, asked: store.asked }).toEqual({ code: wanted, asked: [] });
    expect(err).toContain(words);
    expect(err).not.toContain('secret-itself');
    store.close();
  });
});

describe('secret create', () => {
  it('does not replace what is there', async () => {
    const store = await storeOf({ 'PUT /secrets/crm': refusal(412, 'STALE') });
    const { code, err } = await store.type([
      'secret',
      'create',
      'crm',
      '--from-literal=a=1',
    ]);
    expect(code).toBe(1);
    expect(err).toContain('There is a secret crm (PRIVATE) already.');
    expect(err).toContain('app-store secret update');
    store.close();
  });

  it.each([
    [[], { visibility: 'ALL_USERS' }],
    [
      ['-p', 'com.example.crm'],
      { visibility: 'APP', parent: 'app:com.example.crm' },
    ],
    [['-v', 'app', '-p', 'app:x'], { visibility: 'APP', parent: 'app:x' }],
  ])('of an admin %j is %j', async (flags, query) => {
    const store = await storeOf({ 'PUT /secrets/crm': made });
    await store.type([
      'admin',
      'secret',
      'create',
      'crm',
      '--from-literal=a=1',
      ...flags,
    ]);
    expect(store.asked[0].query).toEqual(query);
    store.close();
  });

  it('of an APP secret names its app', async () => {
    const store = await storeOf({});
    const { code, err } = await store.type([
      'admin',
      'secret',
      'create',
      'crm',
      '-v',
      'APP',
      '--from-literal=a=1',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('-p app:<app name>');
    store.close();
  });
});

/** Who uses the secret. */
const usage = (more: object = {}) => ({
  apps: [],
  instances: [],
  hidden: 0,
  ...more,
});
const someUse = usage({
  apps: [
    { id: ID, name: 'a', version: '1', title: 'A', keys: [], optional: false },
  ],
  hidden: 2,
});

describe('secret update', () => {
  const answers = () => ({
    'GET /secrets': page(aSecret(), aSecret({ name: 'crm2' })),
    'GET /secrets/crm/usage': someUse,
    'PUT /secrets/crm': aSecret({ keys: ['token'] }),
  });
  const typed = ['secret', 'update', 'crm', '--from-literal=token=1'];

  it('replaces what was seen, and says what went and who uses it', async () => {
    const store = await storeOf(answers());
    const { code, err } = await store.type([...typed, '--yes']);
    expect(code).toBe(0);
    expect(store.asked[0].query).toMatchObject({ visibility: 'PRIVATE' });
    expect(store.asked[2].headers['if-match']).toBe('"7"');
    expect(err).toContain('Deleted keys: password.');
    expect(err).toContain('Used by 1 app, 2 more that you cannot see');
    store.close();
  });

  it('asks before a key goes, and not where all stay', async () => {
    const store = await storeOf(answers());
    const alone = await store.type(typed);
    expect(alone.code).toBe(2);
    expect(alone.err).toContain('Add --yes.');
    const questions: string[] = [];
    await store.type(typed, {
      canAsk: true,
      confirm: async question => !questions.push(question),
    });
    expect(questions).toEqual([
      'Replace all values of crm? This deletes password. The secret is used by 1 app, 2 more that you cannot see.',
    ]);
    expect(store.whats()).not.toContain('PUT /secrets/crm');
    const kept = await store.type([...typed, '--from-literal=password=1']);
    expect(kept.code).toBe(0);
    store.close();
  });

  it("is about one's own, unless another is named or an admin's hat is on", async () => {
    const store = await storeOf({
      ...answers(),
      'GET /secrets': page(
        aSecret(),
        aSecret({ visibility: 'ALL_USERS', revision: 9 }),
      ),
    });
    const etag = async (...args: string[]) => {
      await store.type([...args, '--from-literal=token=1', '--yes']);
      return store.asked.at(-1)!.headers['if-match'];
    };
    expect(await etag('secret', 'update', 'crm')).toBe('"7"');
    expect(await etag('secret', 'update', 'crm', '-v', 'ALL_USERS')).toBe(
      '"9"',
    );
    expect(await etag('admin', 'secret', 'update', 'crm')).toBe('"9"');
    store.close();
  });

  it('makes none', async () => {
    const store = await storeOf({ 'GET /secrets': page() });
    const { code } = await store.type([
      'secret',
      'update',
      'crm',
      '--from-literal=a=1',
    ]);
    expect({ code, whats: store.whats() }).toEqual({
      code: 3,
      whats: ['GET /secrets'],
    });
    store.close();
  });
});

describe('secret delete', () => {
  it("is about one's own, and says who uses it first", async () => {
    const store = await storeOf({
      'GET /secrets': page(aSecret(), aSecret({ visibility: 'ALL_USERS' })),
      'GET /secrets/crm/usage': someUse,
      'DELETE /secrets/crm': { status: 204 },
    });
    const questions: string[] = [];
    const { code } = await store.type(['secret', 'delete', 'crm'], {
      canAsk: true,
      confirm: async question => Boolean(questions.push(question)),
    });
    expect(code).toBe(0);
    expect(questions[0]).toContain('It is used by 1 app');
    expect(store.asked.at(-1)!.query).toEqual({ visibility: 'PRIVATE' });
    store.close();
  });
});

describe('secret get', () => {
  it('shows values only where it is asked to', async () => {
    const store = await storeOf({
      'GET /secrets': page(aSecret()),
      'POST /secrets/crm/values': {
        data: {
          password: base64('hunter2'),
          key: base64(Uint8Array.from([0, 255])),
        },
      },
    });
    expect((await store.type(['secret', 'get', 'crm'])).out).not.toContain(
      'hunter2',
    );
    expect(store.whats()).toEqual(['GET /secrets']);
    const { out } = await store.type(['secret', 'get', 'crm', '-e']);
    expect(out).toMatch(/^password +hunter2$/m);
    expect(out).toMatch(/^key +base64:AP8=$/m);
    expect(store.asked[2].query).toEqual({ visibility: 'PRIVATE' });
    store.close();
  });

  it('asks which of several', async () => {
    const store = await storeOf({
      'GET /secrets': page(
        aSecret(),
        aSecret({ visibility: 'ALL_USERS' }),
        aSecret({ visibility: 'APP', parent: 'app:x' }),
      ),
    });
    const user = await store.type(['secret', 'get', 'crm']);
    expect(user.code).toBe(2);
    expect(user.err).toContain('-v PRIVATE; -v ALL_USERS.');
    const admin = await store.type(['admin', 'secret', 'get', 'crm']);
    expect(admin.err).toContain('-v ALL_USERS; -v APP -p app:x');
    const one = await store.type([
      ...['admin', 'secret', 'get', 'crm', '-p', 'x', '--json'],
    ]);
    expect(JSON.parse(one.out)).toMatchObject({ parent: 'app:x' });
    store.close();
  });
});

describe('secret list', () => {
  it.each([
    [['secret', 'list'], {}],
    [['secret', 'list', '-v', 'private'], { visibility: 'PRIVATE' }],
    [['secret', 'list', '-v', 'UNSPECIFIED'], {}],
    [['admin', 'secret', 'list'], { visibility: 'ALL_USERS' }],
  ])('%j asks for %j', async (args, query) => {
    const store = await storeOf({
      'GET /secrets': page(aSecret({ visibility: 'ALL_USERS' })),
    });
    const { out } = await store.type(args);
    expect(store.asked[0].query).toEqual({ limit: '200', ...query });
    expect(out).toBe(
      'NAME\tVISIBILITY\tPARENT\tKEYS\tSTATE\ncrm\tALL_USERS\t\tpassword\tREADY\n',
    );
    store.close();
  });
});

it('secret snippet writes app.toml', async () => {
  const store = await storeOf({
    'GET /secrets': page(aSecret({ keys: ['9.tls-key'] })),
  });
  const { out } = await store.type(['secret', 'snippet', 'crm']);
  expect(out).toBe(
    '[[Env]]\nName = "_9_TLS_KEY"\nSecret = "crm"\nSecretKey = "9.tls-key"\n',
  );
  store.close();
});

it('secret usage tells who runs with an old value', async () => {
  const store = await storeOf({
    'GET /secrets': page(aSecret()),
    'GET /secrets/crm/usage': {
      apps: [
        {
          id: ID,
          name: 'a',
          version: '1',
          title: 'A',
          keys: ['password'],
          optional: true,
        },
      ],
      instances: [
        { id: ID, appTitle: 'A', status: 'DEPLOYED', current: false },
      ],
      hidden: 2,
    },
  });
  const { out, err } = await store.type(['secret', 'usage', 'crm']);
  expect(out).toContain(`${ID}\tapp\ta@1\tpassword (optional)`);
  expect(out).toContain(`${ID}\tinstance\tA\tDEPLOYED, OLD VALUE`);
  expect(err).toContain('And 2 that you cannot see.');
  store.close();
});
