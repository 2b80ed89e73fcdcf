/** `app …`: what is asked of the store, and what is made of the answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  anApp,
  anInstance,
  ID,
  OTHER_ID,
  page,
} from '../__testUtils__/resources';
import { newDirectory, refusal, storeOf } from '../__testUtils__/typing';

describe('app list', () => {
  it.each([
    [[], { scope: 'mine' }],
    [['-a', '--search', 'wiki'], { scope: 'visible', search: 'wiki' }],
    [['--liked'], { scope: 'visible', liked: 'true' }],
    [['--owner', 'uma'], { scope: 'visible', owner: 'user:default/uma' }],
    [
      ['--tag', 'NLP', '--not-runnable'],
      { scope: 'mine', tag: 'NLP', runnable: 'false' },
    ],
  ])('%j asks for %j', async (flags, query) => {
    const store = await storeOf({ 'GET /apps': page() });
    expect((await store.type(['app', 'list', ...flags])).code).toBe(0);
    expect(store.asked[0].query).toEqual({ limit: '200', ...query });
    store.close();
  });

  it('of an admin is about everything', async () => {
    const store = await storeOf({ 'GET /apps': page(anApp()) });
    const { out } = await store.type(['admin', 'app', 'list', '-l']);
    expect(store.asked[0].query.scope).toBe('all');
    expect(out.split('\n')[0]).toBe(
      'ID\tTITLE\tOWNER\tCREATED\tVISIBILITY\tTAGS\tNAME\tVERSION\tRUNNABLE',
    );
    store.close();
  });

  it('goes through all pages, or as many as it takes', async () => {
    const pages = () => [
      { items: [anApp(), anApp()], nextCursor: 'two' },
      { items: [anApp(), anApp()] },
    ];
    const store = await storeOf({ 'GET /apps': [...pages(), ...pages()] });
    const all = await store.type(['app', 'list', '--json']);
    expect(JSON.parse(all.out)).toHaveLength(4);
    expect(store.asked[1].query.cursor).toBe('two');
    const three = await store.type(['app', 'list', '--json', '--limit', '3']);
    expect(JSON.parse(three.out)).toHaveLength(3);
    expect(store.asked[3].query.limit).toBe('1');
    store.close();
  });
});

describe('app import', () => {
  const cwd = newDirectory();
  beforeAll(() => writeFileSync(join(cwd, 'a.wave'), 'bundle'));
  const imported = { app: anApp(), warnings: [] };

  it('says how, and is done once though its answer is lost', async () => {
    const store = await storeOf(
      {
        'POST /apps': [
          'break off',
          refusal(409, 'IDEMPOTENCY_IN_PROGRESS'),
          { status: 201, body: imported },
        ],
      },
      cwd,
    );
    const { code, out } = await store.type([
      'admin',
      'app',
      'import',
      'a.wave',
      '-v',
      'public',
      '--set-image',
      'x/y:1',
      '--profile',
      'big',
      '--origin',
      'marketplace',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ID +11111111-/);
    expect(store.asked).toHaveLength(3);
    expect(store.asked[2].query).toEqual({
      visibility: 'PUBLIC',
      image: 'x/y:1',
      profile: 'big',
      origin: 'marketplace',
    });
    const keys = store.asked.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    store.close();
  });

  it('gives up at the fifth lost answer, and at once where nobody is there', async () => {
    const store = await storeOf(
      { 'POST /apps': Array(9).fill('break off') },
      cwd,
    );
    expect((await store.type(['app', 'import', 'a.wave'])).code).toBe(5);
    expect(store.asked).toHaveLength(5);
    store.close();
    let slept = 0;
    const { code } = await store.type(['app', 'import', 'a.wave'], {
      env: { APP_STORE_URL: 'http://127.0.0.1:1', APP_STORE_TOKEN: 't' },
      sleep: async () => {
        slept += 1;
      },
    });
    expect({ code, slept }).toEqual({ code: 5, slept: 0 });
  });
});

describe('app run', () => {
  it('sends profile and parameters', async () => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp(),
      [`POST /apps/${ID}/instances`]: { status: 201, body: anInstance() },
    });
    const { code, out } = await store.type([
      'app',
      'run',
      ID,
      '--profile',
      'big',
      '--param',
      'A=1',
      '--param',
      'B=x=y',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ID .*\nURL /);
    expect(store.asked[1].body).toEqual({
      visibility: 'PRIVATE',
      launchProfile: 'big',
      parameters: { A: '1', B: 'x=y' },
    });
    store.close();
  });

  it.each([['A'], ['=1']])('a parameter %s is none', async text => {
    const store = await storeOf({});
    expect((await store.type(['app', 'run', ID, '--param', text])).code).toBe(
      2,
    );
    expect(store.asked).toEqual([]);
    store.close();
  });
});

describe('what is lost', () => {
  const versions = page(anApp(), anApp({ id: OTHER_ID, version: '2.0.0' }));

  it('is of one version, which has to be named', async () => {
    const store = await storeOf({ 'GET /apps': versions });
    const { code, err } = await store.type([
      'app',
      'delete',
      'com.example.hello',
      '-y',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('There are 2 versions of com.example.hello');
    expect(err).toContain('com.example.hello@2.0.0, com.example.hello@1.0.0');
    store.close();
  });

  it.each([
    [[], undefined, 2, ''],
    [[], false, 1, ''],
    [[], true, 0, ''],
    [['-y', '--purge-terminated'], undefined, 0, 'true'],
  ])('%j, answered %s, ends with %i', async (flags, answer, wanted, purge) => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp(),
      [`DELETE /apps/${ID}`]: { status: 204 },
    });
    const questions: string[] = [];
    const { code } = await store.type(['app', 'delete', ID, ...flags], {
      canAsk: answer !== undefined,
      confirm: async question => {
        questions.push(question);
        return answer === true;
      },
    });
    expect(code).toBe(wanted);
    expect(store.whats().includes(`DELETE /apps/${ID}`)).toBe(wanted === 0);
    expect(store.asked.at(-1)!.query.purgeTerminated ?? '').toBe(purge);
    expect(questions).toEqual(
      answer === undefined
        ? []
        : ['Delete Hello 1.0.0? This cannot be undone.'],
    );
    store.close();
  });

  const anOffer = (more = {}) => ({
    id: OTHER_ID,
    name: 'com.example.hello',
    from: 'user:default/dev',
    to: 'user:default/uma',
    offeredBy: 'user:default/dev',
    allVersions: true,
    apps: [
      { id: OTHER_ID, version: '2.0.0', title: 'Hello' },
      { id: ID, version: '1.0.0', title: 'Hello' },
    ],
    secrets: ['db'],
    createdAt: '2026-01-01T12:00:00.000Z',
    expiresAt: '2026-01-31T12:00:00.000Z',
    can: { answer: true, withdraw: true },
    ...more,
  });

  it('5: is offered to a person by name', async () => {
    const { to, offeredBy, allVersions, createdAt, expiresAt } = anOffer();
    const store = await storeOf({
      'GET /apps': versions,
      [`PUT /apps/${OTHER_ID}/offer`]: anApp({
        offer: { id: ID, to, offeredBy, allVersions, createdAt, expiresAt },
      }),
    });
    const { out } = await store.type([
      ...['admin', 'app', 'transfer', 'com.example.hello', 'uma'],
      ...['--all-versions', '-y'],
    ]);
    expect(store.asked[1].body).toEqual({
      owner: 'user:default/uma',
      allVersions: true,
    });
    expect(out).toMatch(
      /^Offered all versions of com\.example\.hello to user:default\/uma, until 2026-01-31T12:00:00\.000Z\. /,
    );
    store.close();
  });

  it.each([
    ['com.example.hello', ['accept'], true, 0],
    ['com.example.hello@1.0.0', ['accept', '-y'], undefined, 0],
    [OTHER_ID.slice(0, 8), ['accept'], false, 1],
    ['com.example.other', ['accept', '-y'], undefined, 3],
    ['com.example.hello', ['decline'], undefined, 0],
  ])(
    '5: %s, offer %j, answered %s, ends with %i',
    async (which, [verb, ...flags], answer, wanted) => {
      const store = await storeOf({
        'GET /offers': { items: [anOffer()] },
        [`POST /offers/${OTHER_ID}/accept`]: { items: [anApp()] },
        [`POST /offers/${OTHER_ID}/decline`]: { status: 204 },
      });
      const questions: string[] = [];
      const { code } = await store.type(
        ['app', 'offer', verb, which, ...flags],
        {
          canAsk: answer !== undefined,
          confirm: async question => {
            questions.push(question);
            return answer === true;
          },
        },
      );
      expect(code).toBe(wanted);
      expect(store.whats().includes(`POST /offers/${OTHER_ID}/${verb}`)).toBe(
        wanted === 0,
      );
      expect(questions).toEqual(
        answer === undefined
          ? []
          : [
              'Take over com.example.hello (2.0.0, 1.0.0) from user:default/dev? It uses your secrets db from then on, and is PRIVATE until you share it.',
            ],
      );
      store.close();
    },
  );

  it('5: asks which of two offers is meant', async () => {
    const store = await storeOf({
      'GET /offers': { items: [anOffer(), anOffer({ id: ID })] },
    });
    const { code, err } = await store.type([
      ...['app', 'offer', 'decline', 'com.example.hello'],
    ]);
    expect(code).toBe(2);
    expect(err).toContain('2 offers to you match com.example.hello');
    store.close();
  });

  it('5: an offer is withdrawn by the name of the app', async () => {
    const store = await storeOf({
      'GET /offers': { items: [anOffer()] },
      [`DELETE /apps/${OTHER_ID}/offer`]: { status: 204 },
    });
    const { out } = await store.type([
      ...['app', 'offer', 'withdraw', 'com.example.hello'],
    ]);
    expect(store.asked[0].query).toMatchObject({ scope: 'made' });
    expect(out).toMatch(
      /^Withdrew the offer of com\.example\.hello .+ to user:default\/\w+\.\n$/,
    );
    store.close();
  });
});

describe('what is changed of an app', () => {
  it.each([
    [['set-image', ID, 'a/b:1'], { customImage: 'a/b:1' }],
    [['set-image', ID, ''], { customImage: null }],
    [['set-default-profile', ID, 'big'], { defaultLaunchProfile: 'big' }],
    [['set-service-account', ID, ''], { serviceAccount: null }],
    [['update', ID, '-v', 'all-users'], { visibility: 'ALL_USERS' }],
  ])('%j sends %j', async (args, body) => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp(),
      [`PATCH /apps/${ID}`]: anApp(),
    });
    expect((await store.type(['admin', 'app', ...args])).code).toBe(0);
    expect(store.asked[1].body).toEqual(body);
    store.close();
  });

  it('a service account is no matter of its owner', async () => {
    const store = await storeOf({});
    expect(
      (await store.type(['app', 'set-service-account', ID, 'x'])).code,
    ).toBe(2);
    store.close();
  });
});

describe('app open', () => {
  it.each([
    [true, `app-store instance resume ${ID}`],
    [false, 'Ask its owner'],
  ])('of a managed app that is suspended says so', async (resume, remedy) => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp({
        lifecycle: 'MANAGED',
        can: { update: true },
      }),
      [`GET /instances/${ID}`]: anInstance({ can: { resume } }),
      [`GET /apps/${ID}/managed-instance`]: {
        id: ID,
        url: 'http://managed.apps.example.com/',
        status: 'SUSPENDED',
      },
    });
    const { code, err } = await store.type(['app', 'open', ID]);
    expect(code).toBe(3);
    expect(err).toContain('is suspended');
    expect(err).toContain(remedy);
  });

  it.each<[Parameters<typeof anApp>[0], string | undefined, number]>([
    [
      { lifecycle: 'LINK', linkAddress: 'https://example.com' },
      'https://example.com',
      0,
    ],
    [{ lifecycle: 'LINK', linkAddress: 'data:text/html,x' }, undefined, 1],
    [{ lifecycle: 'MANAGED' }, 'http://managed.apps.example.com/', 0],
    [{}, 'http://one.apps.example.com/', 0],
  ])('of %j shows %s', async (app, url, wanted) => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp(app),
      [`GET /apps/${ID}/managed-instance`]: {
        id: ID,
        url: 'http://managed.apps.example.com/',
        status: 'DEPLOYED',
      },
      'GET /instances': page(anInstance()),
    });
    const shown: string[] = [];
    let err = '';
    const { code, out } = await store.type(['app', 'open', ID], {
      browse: async page_ => {
        shown.push(page_);
      },
      err: { isTTY: true, write: text => (err += text) },
    });
    expect({ code, shown }).toEqual({ code: wanted, shown: url ? [url] : [] });
    expect(`${out}${err}`).toMatch(
      url ? new RegExp(`^URL +${url}$`, 'm') : /not the address of a web page/,
    );
    store.close();
  });
});
