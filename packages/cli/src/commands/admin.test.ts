/** What stands below `admin`, and aliases and tags, which stand there too. */
import {
  anAlias,
  anInstance,
  aTag,
  ID,
  OTHER_ID,
  page,
  theStore,
} from '../__testUtils__/resources';
import { piped, refusal, storeOf } from '../__testUtils__/typing';
import { timeOf } from './audit';

const POLICY = {
  name: 'support',
  resources: ['*'],
  statements: [{ effect: 'allow', subjects: ['*'], actions: ['*'] }],
};

describe('aliases', () => {
  it.each([
    [['create', 'crm'], 'POST /aliases', { name: 'crm' }],
    [
      ['create', 'crm', ID, 'True'],
      'POST /aliases',
      { name: 'crm', instanceId: ID, primary: true },
    ],
    [
      ['assign', 'crm', ID, 'false'],
      'PUT /aliases/crm/assignment',
      { instanceId: ID, primary: false },
    ],
    [['assign', 'crm'], 'DELETE /aliases/crm/assignment', ''],
    [['assign', 'crm', '', 'true'], 'DELETE /aliases/crm/assignment', ''],
    [
      ['assign', 'crm', '00000000-0000-0000-0000-000000000000'],
      'DELETE /aliases/crm/assignment',
      '',
    ],
    [['promote', 'crm'], 'POST /aliases/crm/promote', ''],
  ])('alias %j sends %s %j', async (args, what, body) => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance(),
      [what]: anAlias({ instanceId: ID }),
    });
    const { code, out } = await store.type(['admin', 'alias', ...args]);
    expect(code).toBe(0);
    expect(store.asked.at(-1)).toMatchObject({ what, body });
    expect(out).toMatch(new RegExp(`^ID +${OTHER_ID}\nURL +http://crm`));
    store.close();
  });

  it('lists all to admins, and what they see to others', async () => {
    const store = await storeOf({ 'GET /aliases': page(anAlias()) });
    await store.type(['admin', 'alias', 'list']);
    await store.type(['alias', 'list']);
    expect(store.asked.map(({ query }) => query.scope)).toEqual([
      'all',
      'visible',
    ]);
    store.close();
  });

  it('says that a host name which an admin took off the list is not served', async () => {
    const store = await storeOf({
      'GET /aliases/crm': anAlias({ served: false }),
    });
    expect((await store.type(['alias', 'get', 'crm'])).out).toMatch(
      /^Served +no: ask an admin to list the host name$/m,
    );
    store.close();
  });

  it('says who can take the name of a deleted one, and lets admins free it', async () => {
    const store = await storeOf({
      'GET /aliases/crm': anAlias({ creator: 'user:default/dev' }),
      'GET /store': theStore({ aliasRestSeconds: 604_800 }),
      [`DELETE /aliases/${OTHER_ID}`]: '',
      'POST /aliases/crm/free': '',
    });
    expect((await store.type(['alias', 'delete', 'crm', '-y'])).out).toBe(
      'Deleted crm. For 7 days only user:default/dev can use the name again.\n',
    );
    expect((await store.type(['admin', 'alias', 'free', 'crm'])).out).toBe(
      'Anybody can use the name crm now.\n',
    );
    // It is a command for admins.
    expect((await store.type(['alias', 'free', 'crm'])).code).toBe(2);
    store.close();
  });

  it('a word that is neither true nor false is told so', async () => {
    const store = await storeOf({});
    expect(
      (await store.type(['alias', 'create', 'crm', ID, 'maybe'])).code,
    ).toBe(2);
    store.close();
  });
});

describe('tags', () => {
  it.each([
    [['-v', ''], { visitorRoles: [] }],
    [
      ['-v', 'a,b', '-v', 'c', '-a', ''],
      { visitorRoles: ['a', 'b', 'c'], adminRoles: [] },
    ],
    [
      ['-n', 'N', '-t', 'T', '-c', '#123456', '-d', ''],
      { name: 'N', title: 'T', color: '#123456', description: '' },
    ],
  ])('tag update %j sends %j', async (flags, body) => {
    const store = await storeOf({ 'PATCH /tags/FINANCE': aTag() });
    expect(
      (await store.type(['tag', 'update', 'FINANCE', ...flags])).code,
    ).toBe(0);
    expect(store.asked[0].body).toEqual(body);
    store.close();
  });

  it('are changed in something, and made and deleted by admins only', async () => {
    const store = await storeOf({
      'GET /tags/FINANCE': aTag(),
      [`DELETE /tags/${ID}`]: { status: 204 },
    });
    expect((await store.type(['tag', 'update', 'FINANCE'])).code).toBe(2);
    expect((await store.type(['tag', 'delete', 'FINANCE', '-y'])).code).toBe(2);
    const asked: string[] = [];
    const { code } = await store.type(['admin', 'tag', 'delete', 'FINANCE'], {
      canAsk: true,
      confirm: async question => asked.push(question) > 0,
    });
    expect(code).toBe(0);
    expect(asked[0]).toContain(
      'from 3 app versions? Visitors who see apps only because of it will no longer see them.',
    );
    store.close();
  });
});

describe('policies', () => {
  it.each([
    ['as export writes them', { policies: [POLICY] }],
    ['as a list', [POLICY]],
    ['alone', POLICY],
  ])('are imported %s', async (_, document) => {
    const store = await storeOf({
      'PUT /iam/policies': { enabled: false, policies: [POLICY], revision: 1 },
    });
    const { code, err } = await store.type(['admin', 'iam', 'import', '-'], {
      stdin: piped(JSON.stringify(document)),
    });
    expect(code).toBe(0);
    expect(store.asked[0].body).toEqual({ policies: [POLICY] });
    expect(err).toContain('appStore.iam.enabled is not set');
    store.close();
  });

  it.each(['nonsense', '{}', '[{"statements":[]}]', 'null'])(
    '%s is none',
    async text => {
      const store = await storeOf({});
      const { code } = await store.type(['admin', 'iam', 'import', '-'], {
        stdin: piped(text),
      });
      expect({ code, asked: store.asked }).toEqual({ code: 2, asked: [] });
      store.close();
    },
  );

  it('are replaced only with a yes', async () => {
    const store = await storeOf({});
    const { code } = await store.type(
      ['admin', 'iam', 'import', '-', '--replace'],
      {
        stdin: piped(JSON.stringify(POLICY)),
      },
    );
    expect({ code, asked: store.asked }).toEqual({ code: 2, asked: [] });
    store.close();
  });

  it('go out as they come in', async () => {
    const store = await storeOf({
      'GET /iam/policies': { enabled: true, policies: [POLICY], revision: 1 },
    });
    const { out } = await store.type(['admin', 'iam', 'export']);
    expect(JSON.parse(out)).toEqual({ policies: [POLICY] });
    store.close();
  });
});

describe('the audit', () => {
  it('is asked for in words', async () => {
    const store = await storeOf({
      'GET /audit': { ...page(), retentionDays: 90 },
    });
    await store.type([
      ...['admin', 'audit', '--actor', 'vic', '--action', 'app:run'],
      ...['--result', 'refused', '--since', '2026-01-01T12:00:00Z'],
    ]);
    expect(store.asked[0].query).toEqual({
      limit: '50',
      actor: 'user:default/vic',
      action: 'app:run',
      result: 'refused',
      since: '2026-01-01T12:00:00.000Z',
    });
    await store.type(['admin', 'audit', '--actor', 'store']);
    expect(store.asked[1].query.actor).toBe('store');
    store.close();
  });

  it.each([
    ['30m', '1970-01-01T23:30:00.000Z'],
    ['1d', '1970-01-01T00:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(timeOf(text, 86_400_000)).toBe(time);
  });

  it('a time that is none is told so', async () => {
    const store = await storeOf({});
    expect((await store.type(['admin', 'audit', '--since', 'soon'])).code).toBe(
      2,
    );
    store.close();
  });
});

describe('whoever is no admin', () => {
  it('is told by which rule, and what would change it', async () => {
    const store = await storeOf({
      '*': refusal(403, 'NOT_ALLOWED', {
        rule: '3.5 nothing allows it',
        wouldChange: [['An admin can add you to an admin group.']],
      }),
    });
    const { code, err } = await store.type(['admin', 'app', 'list']);
    expect(code).toBe(4);
    expect(err).toBe(
      'error: It is NOT_ALLOWED.\n  What would change it: An admin can add you to an admin group.\n  (rule 3.5 nothing allows it)\n',
    );
    const { err: json } = await store.type(['admin', 'app', 'list', '--json']);
    expect(JSON.parse(json).error).toMatchObject({
      code: 'NOT_ALLOWED',
      owner: 'you',
      rule: '3.5 nothing allows it',
      wouldChange: [['An admin can add you to an admin group.']],
    });
    store.close();
  });
});

describe('recovery', () => {
  const REPORT = {
    held: true,
    since: '2026-01-01T12:00:00.000Z',
    epochs: { cluster: { database: 3, seen: 9 } },
    plan: 'abc',
    items: [
      { kind: 'app', id: ID, name: 'a 1.0.0', owner: 'x', adoptable: true },
      {
        kind: 'bundle',
        id: 'f00',
        name: 'f00',
        adoptable: false,
        reason: 'Its owner is unknown.',
      },
    ],
  };

  it('lists what is newer than the backup, and decides with a yes only', async () => {
    const store = await storeOf({
      'GET /recovery': REPORT,
      'POST /recovery': { held: false, items: REPORT.items },
    });
    const { out, err } = await store.type(['admin', 'recovery', 'show']);
    expect(out).toMatch(/app\ta 1\.0\.0\tx\tyes/);
    expect(err).toContain(
      'The store deletes nothing until you adopt or discard',
    );
    const dry = await store.type(['admin', 'recovery', 'discard', '--dry-run']);
    expect(dry.code).toBe(0);
    expect((await store.type(['admin', 'recovery', 'discard'])).code).toBe(2);
    expect(store.asked.map(({ what }) => what)).not.toContain('POST /recovery');
    const done = await store.type(['admin', 'recovery', 'adopt', '-y']);
    expect(done.out).toContain('Adopted 1. The store deletes again as usual.');
    expect(store.asked.at(-1)).toMatchObject({
      what: 'POST /recovery',
      body: { decision: 'adopt', plan: 'abc' },
    });
    store.close();
  });

  it('says where there is nothing to decide', async () => {
    const store = await storeOf({
      'GET /recovery': { held: false, items: [] },
    });
    const { code, err } = await store.type([
      ...['admin', 'recovery', 'adopt', '-y'],
    ]);
    expect(code).toBe(1);
    expect(err).toContain('not a restored backup');
    store.close();
  });
});

describe('doctor', () => {
  const check = (id: string, state: 'OK' | 'WARNING' | 'FAILED') => ({
    id,
    title: `Title of ${id}`,
    state,
    message: `What ${id} found.`,
    remedy: `What helps ${id}.`,
    evidence: [{ source: 'Deployment i-1', message: 'seen' }],
    repairable: state !== 'OK',
  });

  it('15: tells what does not hold, with its evidence, and exits 1 where a check failed', async () => {
    const store = await storeOf({
      'GET /doctor': {
        checkedAt: '2026-11-24T12:00:00Z',
        checks: [check('cluster', 'OK'), check('orphans', 'FAILED')],
      },
    });
    const { code, out, err } = await store.type(['doctor']);
    expect(code).toBe(1);
    expect(out).toMatch(/orphans\tFAILED\tTitle of orphans/);
    expect(err).toContain('What orphans found.');
    expect(err).toContain('Deployment i-1: seen');
    expect(err).toContain('app-store doctor --repair orphans --dry-run');
    expect(err).not.toContain('What cluster found.');
    store.close();
  });

  it('15: exits 0 where everything holds, or only warns', async () => {
    const store = await storeOf({
      'GET /doctor': {
        checkedAt: '2026-11-24T12:00:00Z',
        checks: [check('drift', 'WARNING')],
      },
    });
    expect((await store.type(['doctor', '--json'])).code).toBe(0);
    store.close();
  });

  it('15: repairs only what was confirmed', async () => {
    const store = await storeOf({
      'POST /doctor/orphans/repair': {
        dryRun: true,
        items: [{ name: 'Instance 1', action: 'delete Deployment' }],
      },
    });
    const dry = await store.type([
      'doctor',
      '--repair',
      'orphans',
      '--dry-run',
    ]);
    expect(dry.out).toMatch(/Instance 1\tdelete Deployment/);
    expect(store.asked).toHaveLength(1);
    expect((await store.type(['doctor', '--repair', 'orphans'])).code).toBe(2);
    expect(store.asked).toHaveLength(2);
    expect(
      (await store.type(['doctor', '--repair', 'orphans', '-y'])).code,
    ).toBe(0);
    expect(store.asked).toHaveLength(4);
    store.close();
  });
});
