/** `why`: a question in words, an answer with reasons, an exit code. */
import {
  anApp,
  anInstance,
  aPerson,
  ID,
  page,
} from '../__testUtils__/resources';
import { refusal, storeOf } from '../__testUtils__/typing';

const yes = {
  person: 'user:default/dev',
  action: 'app:run',
  resource: ID,
  allowed: true,
  rule: '3.2 owner',
  because: ['you own the app', 'you have full access'],
  wouldChange: [],
};
const no = {
  ...yes,
  allowed: false,
  rule: '3.2 nothing allows it',
  because: [],
  wouldChange: [['The owner shares it.'], ['One.', 'Two.']],
};

const storeSaying = (answer: unknown, admin = false) =>
  storeOf({
    'GET /me': aPerson({ admin }),
    'GET /apps': page(anApp()),
    'GET /explain': answer,
  });

describe('why', () => {
  it('says yes, and why', async () => {
    const store = await storeSaying(yes);
    const { code, out } = await store.type([
      'why',
      'me',
      'app:run',
      'com.example.hello',
    ]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'Allowed   yes',
        'Person    user:default/dev',
        'Action    app:run',
        'Resource  com.example.hello',
        'Rule      3.2 owner',
        'Because   you own the app, and you have full access',
        '',
      ].join('\n'),
    );
    expect(store.asked.at(-1)!.query).toEqual({
      kind: 'app',
      action: 'run',
      resource: ID,
    });
    store.close();
  });

  it('says no with 1, and what would change it', async () => {
    const store = await storeSaying(no, true);
    const { code, out } = await store.type([
      'why',
      'vic',
      'app:run',
      'com.example.hello',
    ]);
    expect(code).toBe(1);
    expect(out).toContain(
      'What would change it: The owner shares it.\n  or: One. And: Two.\n',
    );
    // An admin asks about everything.
    expect(store.asked[1].query.scope).toBe('all');
    expect(store.asked[2].query.person).toBe('user:default/vic');
    store.close();
  });

  it('is JSON where that is asked for', async () => {
    const store = await storeSaying(no);
    const { code, out } = await store.type([
      'why',
      'me',
      'platform:import',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual(no);
    store.close();
  });

  it.each([
    [
      ['anonymous', 'alias:read', 'crm'],
      { kind: 'alias', action: 'read', resource: 'crm', person: 'anonymous' },
    ],
    [
      ['me', 'instance:view-log', ID],
      { kind: 'instance', action: 'view_log', resource: ID },
    ],
    [['me', 'platform:read_audit'], { kind: 'platform', action: 'read_audit' }],
  ])('%j asks %j', async (args, query) => {
    const store = await storeOf({
      'GET /me': aPerson(),
      [`GET /instances/${ID}`]: anInstance(),
      'GET /explain': yes,
    });
    await store.type(['why', ...args]);
    expect(store.asked.at(-1)!.query).toEqual(query);
    store.close();
  });

  it.each([
    [['me', 'run', 'x'], 'An action has the form kind:action'],
    [['me', 'instnace:open', 'x'], '(Did you mean instance?)'],
    [['me', 'app:run'], 'Which app?'],
  ])('%j is not understood', async (args, words) => {
    const store = await storeOf({});
    const { code, err } = await store.type(['why', ...args]);
    expect({ code, asked: store.asked }).toEqual({ code: 2, asked: [] });
    expect(err).toContain(words);
    store.close();
  });

  it('an action that there is not looks like no denial', async () => {
    const store = await storeSaying(refusal(400, 'NO_SUCH_ACTION'));
    expect((await store.type(['why', 'me', 'platform:fly'])).code).toBe(2);
    store.close();
  });
});
