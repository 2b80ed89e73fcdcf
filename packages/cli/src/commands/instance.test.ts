/** `instance …`: what is asked of the store, and what is made of the answer. */
import type { ServerResponse } from 'node:http';
import {
  anAlias,
  anApp,
  anInstance,
  ID,
  OTHER_ID,
  page,
  theStore,
} from '../__testUtils__/resources';
import { refusal, storeOf, stream } from '../__testUtils__/typing';

describe('instance list', () => {
  it.each([
    [['instance', 'list'], { scope: 'mine' }],
    [
      ['instance', 'list', '-a', '--status', 'failed'],
      { scope: 'visible', status: 'FAILED' },
    ],
    [
      ['instance', 'list', 'com.example.hello'],
      { scope: 'mine', appName: 'com.example.hello' },
    ],
    [
      ['admin', 'instance', 'list', 'com.example.hello@1.0.0'],
      { scope: 'all', appId: ID },
    ],
    [
      ['admin', 'instance', 'list', '--terminated'],
      { scope: 'all', terminated: 'true' },
    ],
  ])('%j asks for %j', async (args, query) => {
    const store = await storeOf({
      'GET /apps': page(anApp()),
      'GET /instances': page(),
    });
    expect((await store.type(args)).code).toBe(0);
    expect(store.asked.at(-1)!.query).toEqual({ limit: '200', ...query });
    store.close();
  });

  it.each(['-wide', '--wide'])('%s adds columns', async flag => {
    const store = await storeOf({
      'GET /instances': page(anInstance({ launchProfile: 'big' })),
    });
    const { out } = await store.type(['instance', 'list', flag]);
    expect(out.split('\n').map(line => line.split('\t').slice(5))).toEqual([
      ['URL', 'LIFECYCLE', 'PROFILE', 'SUSPEND AFTER'],
      ['http://one.apps.example.com/', 'ON_DEMAND', 'big', 'never'],
      [],
    ]);
    store.close();
  });
});

describe('15: instance launch', () => {
  it('shows what each step took, beside what it usually takes', async () => {
    const receipt = {
      launch: 1,
      beganAt: '2026-12-01T12:00:00.000Z',
      readyMs: 1500,
      steps: [
        { step: 'queued', fromMs: 0, toMs: 4, usualMs: 3 },
        { step: 'probed', fromMs: 4, toMs: 1500 },
      ],
      usual: { launches: 2, medianMs: 900, readyMs: [900, 1500] },
    };
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance({ id: ID }),
      [`GET /instances/${ID}/launch`]: receipt,
    });
    const { out, err } = await store.type(['instance', 'launch', ID]);
    expect(out).toBe(
      'STEP\tTOOK\tUSUALLY\tDONE AT\nqueued\t4 ms\t3 ms\t4 ms\nprobed\t1.5 s\t-\t1.5 s\n',
    );
    expect(err).toBe(
      'Ready after 1.5 s. Half of the last 2 launches of this app were ready within 900 ms.\n',
    );
    const { out: json } = await store.type([
      'instance',
      'launch',
      ID,
      '--json',
    ]);
    expect(JSON.parse(json)).toEqual(receipt);
    store.close();
  });
});

describe('which instance', () => {
  it('may be an alias that leads to it', async () => {
    const store = await storeOf({
      'GET /instances': page(),
      'GET /aliases/my-app': anAlias({ instanceId: ID }),
      [`GET /instances/${ID}`]: anInstance(),
    });
    const { out } = await store.type(['instance', 'get', 'my-app']);
    expect(out).toMatch(/^ID +11111111-/);
    expect(out).toMatch(/^Read Only +no$/m);
    store.close();
  });

  it('may not be the beginning of two ids, and not nothing', async () => {
    const store = await storeOf({
      'GET /instances': [
        page(anInstance(), anInstance({ id: OTHER_ID })),
        page(),
      ],
    });
    const two = await store.type(['instance', 'get', '1111']);
    expect(two.code).toBe(2);
    expect(two.err).toContain(`Use one of them: ${ID}, ${OTHER_ID}.`);
    const none = await store.type(['admin', 'instance', 'get', 'abcd']);
    expect(none.code).toBe(3);
    expect(none.err).toContain('See `app-store admin instance list`.');
    store.close();
  });
});

describe('instance status', () => {
  it('is the block of Kubernetes', async () => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance({
        status: 'FAILED',
        stage: 'starting',
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'AppCrashed',
            message: 'it fell',
            lastTransitionTime: '2026-01-01T12:00:00.000Z',
          },
        ],
      }),
      [`GET /instances/${ID}/status`]: {
        status: 'CrashLoopBackOff',
        reason: 'Error',
        message: 'it fell',
        exitCode: 3,
        restartCount: 2,
        lastFailure: '2026-01-01T12:00:00Z',
      },
      [`GET /instances/${ID}/events`]: page(),
    });
    const { out } = await store.type(['instance', 'status', ID]);
    expect(out).toBe(
      [
        `ID             ${ID}`,
        'Status         CrashLoopBackOff',
        'Reason         Error',
        'Message        it fell',
        'Exit Code      3',
        'Restart Count  2',
        'Last Failure   2026-01-01T12:00:00Z',
        'Stage          starting',
        'Condition\tStatus\tSince\tReason\tMessage',
        'Ready\tFalse\t2026-01-01T12:00:00.000Z\tAppCrashed\tit fell',
        '',
      ].join('\n'),
    );
    store.close();
  });
});

describe('the end of an instance', () => {
  it('says until when it can be restored', async () => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance({
        purgeAfter: '2026-01-08T12:00:00.000Z',
      }),
      [`DELETE /instances/${ID}`]: { status: 202 },
      'GET /store': theStore({ terminatedRetentionSeconds: 604_800 }),
    });
    const questions: string[] = [];
    const { code, out } = await store.type(['instance', 'terminate', ID], {
      canAsk: true,
      confirm: async question => questions.push(question) > 0,
    });
    expect({ code, out }).toEqual({
      code: 0,
      out: `Terminated ${ID}.\nIts volume is kept until 2026-01-08T12:00:00.000Z: \`app-store instance restore ${ID}\` restores it.\n`,
    });
    expect(questions[0]).toContain('is kept for 7 days');
    store.close();
  });

  it.each([
    [['--purge'], 'All data on its volume is lost.', 604_800],
    [[], 'All data on its volume is lost.', 0],
  ])(
    '%j asks first, and leaves it without a yes',
    async (flags, words, kept) => {
      const store = await storeOf({
        [`GET /instances/${ID}`]: anInstance(),
        'GET /store': theStore({ terminatedRetentionSeconds: kept }),
      });
      const questions: string[] = [];
      const { code } = await store.type(
        ['instance', 'terminate', ID, ...flags],
        {
          canAsk: true,
          confirm: async question => !questions.push(question),
        },
      );
      expect(code).toBe(1);
      expect(questions[0]).toContain(words);
      expect(store.whats()).not.toContain(`DELETE /instances/${ID}`);
      store.close();
    },
  );

  it('may be the whole of it', async () => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: [anInstance(), refusal(404, 'NOT_FOUND')],
      [`DELETE /instances/${ID}`]: { status: 202 },
    });
    const { out } = await store.type(['instance', 'terminate', ID, '-y']);
    expect(out).toBe(`Terminated ${ID}.\n`);
    store.close();
  });

  it('is restored by the beginning of its id', async () => {
    const store = await storeOf({
      'GET /instances': page(anInstance()),
      [`POST /instances/${ID}/restore`]: anInstance({ status: 'SUSPENDED' }),
    });
    const { out } = await store.type([
      'admin',
      'instance',
      'restore',
      '11111111',
    ]);
    expect(store.asked[0].query).toMatchObject({
      scope: 'all',
      terminated: 'true',
    });
    expect(out).toMatch(/^Status +SUSPENDED$/m);
    store.close();
  });
});

describe('what only admins do', () => {
  it.each(['redeploy', 'disable-autosuspend'])('%s', async name => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance(),
      [`POST /instances/${ID}/${name}`]: anInstance(),
    });
    expect((await store.type(['admin', 'instance', name, ID])).code).toBe(0);
    expect((await store.type(['instance', name, ID])).code).toBe(2);
    store.close();
  });
});

describe('a launch that is waited for', () => {
  const pending = anInstance({ status: 'PENDING', stage: 'accepted' });
  const path = `GET /instances/${ID}/stream`;
  const resume = (...streams: unknown[]) =>
    storeOf({
      [`GET /instances/${ID}`]: anInstance({ status: 'SUSPENDED' }),
      [`POST /instances/${ID}/resume`]: pending,
      [path]: streams,
    });
  const typed = ['instance', 'resume', ID];

  it('is followed over an end and a break of the stream', async () => {
    const store = await resume(
      stream([pending], 'ends'),
      stream([pending], 'breaks'),
      'break off',
      stream([anInstance({ status: 'UNKNOWN' })], 'ends'),
      stream([anInstance()]),
    );
    const { code, out } = await store.type(typed);
    expect(code).toBe(0);
    expect(out).toMatch(/^Status +DEPLOYED$/m);
    expect(store.whats().filter(what => what === path)).toHaveLength(5);
    store.close();
  });

  it('ends where the instance is gone', async () => {
    const store = await resume(
      stream([pending], 'ends'),
      refusal(404, 'NOT_FOUND'),
    );
    const { code, err } = await store.type(typed);
    expect(code).toBe(1);
    expect(err).toContain('it was terminated');
    store.close();
  });

  it('does not wait for a store that stays away', async () => {
    const store = await resume(...Array(20).fill('break off'));
    const { code, err } = await store.type(typed);
    expect(code).toBe(5);
    expect(err).toContain('cannot be reached');
    expect(err).toContain(`Instance: ${ID}`);
    store.close();
  });

  it('says who can mend what failed, and what is there', async () => {
    const failed = anInstance({
      status: 'FAILED',
      problem: {
        code: 'NO_PLACE',
        message: 'There is no place.',
        owner: 'admin',
        remedy: 'Make some.',
      },
    });
    const store = await resume(stream([failed]), stream([failed]));
    const { code, err } = await store.type(typed);
    expect(code).toBe(1);
    expect(err).toContain('Who can fix it: an admin of the store.');
    const json = await store.type([...typed, '--json']);
    expect(JSON.parse(json.err).error).toMatchObject({
      code: 'NO_PLACE',
      owner: 'admin',
      about: { instanceId: ID },
    });
    store.close();
  });

  it('may be left by Ctrl-C, which says how to find the instance', async () => {
    const store = await resume(stream([pending]));
    const { code, err } = await store.type(typed, {
      onInterrupt: listener => {
        setTimeout(listener, 200);
        return () => {};
      },
    });
    expect(code).toBe(130);
    expect(err).toContain('The instance continues to start');
    expect(err).toContain(ID);
    store.close();
  });
});

describe('a log that is followed', () => {
  const broken = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('a line\n');
    setTimeout(() => response.socket?.destroy(), 50);
  };

  it.each([
    [
      'who may no longer read it',
      refusal(404, 'NOT_FOUND'),
      3,
      'It is NOT_FOUND.',
    ],
    ['whose token is over', refusal(401, 'UNAUTHENTICATED'), 4, 'sign in'],
    ['whose store is gone', 'break off', 5, 'cannot be reached'],
  ])('tells %s what happened', async (_, second, wanted, words) => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance(),
      [`GET /instances/${ID}/logs`]: [broken, second, second],
    });
    const { code, out, err } = await store.type(['instance', 'logs', ID, '-f']);
    expect(out).toContain('a line');
    expect(err.toLocaleLowerCase('en-US')).toContain(
      words.toLocaleLowerCase('en-US'),
    );
    expect(code).toBe(wanted);
    store.close();
  });
});

describe('a log that means harm', () => {
  const ESC = '\x1b';
  const pieces = [
    `one ${ESC}[3`,
    `1mred${ESC}[0m ${ESC}]0;t`,
    'itle\x07\n\u202Eend\n',
  ];
  const write = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    for (const piece of pieces) response.write(piece);
    response.end();
  };

  it.each([
    [false, 'one red \\u001B]0;title\\u0007\n\\u202Eend\n'],
    [
      true,
      `one ${ESC}[31mred${ESC}[0m \\u001B]0;title\\u0007\n\\u202Eend\n${ESC}[0m`,
    ],
  ])('10: steers no terminal (terminal: %s)', async (isTTY, expected) => {
    const store = await storeOf({
      [`GET /instances/${ID}`]: anInstance(),
      [`GET /instances/${ID}/logs`]: write,
    });
    let out = '';
    await store.type(['instance', 'logs', ID], {
      out: { isTTY, write: text => (out += text) },
    });
    expect(out).toBe(expected);
    store.close();
  });
});

describe('a launch with a problem', () => {
  const FOLLOWED = `GET /instances/${ID}/stream`;
  const problem = {
    code: 'NOT_LISTENING',
    message: 'Nothing answers on port 8080.',
    owner: 'author' as const,
    remedy: 'Listen on port 8080.',
  };

  it('18: tells it as soon as it is known, once, also where no person sits', async () => {
    const waiting = anInstance({
      status: 'PENDING',
      stage: 'starting',
      problem,
    });
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp(),
      [`POST /apps/${ID}/instances`]: anInstance({
        status: 'PENDING',
        stage: 'accepted',
      }),
      [FOLLOWED]: stream([
        waiting,
        waiting,
        anInstance({ status: 'DEPLOYED', stage: 'ready' }),
      ]),
    });
    const { code, err } = await store.type(['app', 'run', ID]);
    expect(code).toBe(0);
    expect(err.split('\n').filter(line => line.startsWith('!'))).toEqual([
      '! Nothing answers on port 8080. Listen on port 8080.',
    ]);
    store.close();
  });

  it('18: ends with it when nothing more can come', async () => {
    const store = await storeOf({
      [`GET /apps/${ID}`]: anApp(),
      [`POST /apps/${ID}/instances`]: anInstance({
        status: 'PENDING',
        stage: 'accepted',
      }),
      [FOLLOWED]: stream([
        anInstance({ status: 'FAILED', stage: 'starting', problem }),
      ]),
    });
    const { code, err } = await store.type(['app', 'run', ID]);
    expect(code).toBe(1);
    expect(err).toContain('is not running: Nothing answers on port 8080.');
    store.close();
  });
});
