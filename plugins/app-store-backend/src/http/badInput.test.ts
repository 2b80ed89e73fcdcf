/**
 * Whatever is sent, the answer is a problem with a code and a remedy, never a fault of
 * the server: every parameter and every member of every body, with what should not be
 * there. Made from the API's document, so that a new operation is asked, too.
 */
import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import { operations } from './operations';
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(180_000);

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  allOf?: Schema[];
}

const MILLION = 'a'.repeat(1_000_000);
/** What somebody might send in place of a text or number. */
const NASTY: string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u202Eevil',
  'аpp-stоre',
  '../../etc/passwd',
  "' or 1=1 --",
  '%',
  '-1',
  '0',
  '1e308',
  '999999999999999999999',
  'NaN',
  '[object Object]',
  '💥'.repeat(50),
  'x'.repeat(5000),
];
/** What somebody might send in place of a member of a body. */
const NASTY_MEMBERS: unknown[] = [
  null,
  '',
  '\u0000',
  -1,
  1.5,
  1e308,
  true,
  [],
  {},
  [[[[]]]],
  'x'.repeat(70_000),
  ['\u0000'],
  { a: { b: { c: {} } } },
];

const components = API_DOCUMENT.components as unknown as {
  schemas: Record<string, Schema>;
  parameters: Record<string, { name: string; in: string }>;
};
const last = (ref: string) => ref.split('/').pop()!;
const resolve = (schema: Schema): Schema =>
  schema.$ref ? resolve(components.schemas[last(schema.$ref)]) : schema;

interface Described {
  parameters: Array<{ name: string; in: string }>;
  body?: Schema;
}

/** The parameters and the JSON body of an operation. */
function described(path: string, method: string): Described {
  const item = API_DOCUMENT.paths[
    path as keyof typeof API_DOCUMENT.paths
  ] as unknown as Record<
    string,
    {
      parameters?: Array<{ $ref?: string; name: string; in: string }>;
      requestBody?: { content: Record<string, { schema: Schema }> };
    }
  > & { parameters?: Array<{ $ref?: string; name: string; in: string }> };
  const operation = item[method];
  return {
    parameters: [
      ...(item.parameters ?? []),
      ...(operation.parameters ?? []),
    ].map(given =>
      given.$ref ? components.parameters[last(given.$ref)] : given,
    ),
    body: operation.requestBody?.content['application/json']?.schema,
  };
}

const NOTHING = '00000000-0000-4000-8000-000000000000';

describe.each(behaviourIds())('bad input on %s', id => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start(id);
  });
  afterAll(() => store?.stop());

  const send = async (
    method: string,
    path: string,
    options: {
      body?: string;
      headers?: Record<string, string>;
      person?: string;
    } = {},
  ) => {
    const response = await fetch(
      `http://127.0.0.1:${store.port}/api/app-store/v1${path}`,
      {
        method: method.toLocaleUpperCase('en-US'),
        headers: {
          ...as(options.person ?? 'ada'),
          ...(options.body === undefined
            ? {}
            : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        body: options.body,
        signal: AbortSignal.timeout(20_000),
      },
    );
    const stream = response.headers
      .get('content-type')
      ?.startsWith('text/event-stream');
    if (stream) {
      await response.body!.cancel();
      return { status: response.status, text: '' };
    }
    return { status: response.status, text: await response.text() };
  };

  /** What is wrong with an answer to something bad. */
  const faultOf = ({ status, text }: { status: number; text: string }) => {
    if (status >= 500) return `${status}: ${text.slice(0, 200)}`;
    if (status < 400) return undefined;
    if (!text) return undefined;
    const problem = JSON.parse(text);
    if (!problem.code || !problem.owner || !problem.remedy)
      return `no problem: ${text.slice(0, 200)}`;
    return text.length > 10_000 ? `${text.length} characters` : undefined;
  };

  const fill = (path: string, name?: string, value?: string) =>
    path.replace(/\{(\w+)\}/g, (_, each) =>
      encodeURIComponent(each === name ? value! : NOTHING),
    );

  it('is refused in every parameter', async () => {
    const wrong: string[] = [];
    for (const { method, path, security } of operations()) {
      if (security === 'pod') continue;
      for (const parameter of described(path, method).parameters)
        for (const value of NASTY) {
          let address = fill(path);
          const headers: Record<string, string> = {};
          if (parameter.in === 'path') {
            if (!value) continue;
            address = fill(path, parameter.name, value);
          } else if (parameter.in === 'query')
            address += `?${new URLSearchParams({ [parameter.name]: value })}`;
          else if (/^[\x20-\x7e]*$/.test(value))
            headers[parameter.name] = value;
          const fault = faultOf(await send(method, address, { headers }));
          if (fault)
            wrong.push(
              `${method} ${path} ${parameter.name}=${JSON.stringify(
                value.slice(0, 30),
              )}: ${fault}`,
            );
        }
    }
    expect(wrong).toEqual([]);
  });

  it('is refused in every member of every body', async () => {
    const wrong: string[] = [];
    for (const { method, path, security } of operations()) {
      const { body } = described(path, method);
      if (!body || security === 'pod') continue;
      const { properties = {} } = resolve(body);
      const bodies = [
        'null',
        '[]',
        '"x"',
        '{',
        '{"unknown":1}',
        '{"__proto__":{"admin":true}}',
        `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
        ...Object.keys(properties).flatMap(name =>
          NASTY_MEMBERS.map(value => JSON.stringify({ [name]: value })),
        ),
      ];
      for (const text of bodies) {
        const fault = faultOf(await send(method, fill(path), { body: text }));
        if (fault)
          wrong.push(`${method} ${path} ${text.slice(0, 80)}: ${fault}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is refused in names of a megabyte, and larger bodies', async () => {
    for (const [method, path, body] of [
      ['post', '/aliases', { name: MILLION }],
      ['post', '/tags', { name: MILLION }],
      ['post', '/tokens', { name: MILLION }],
      ['put', '/secrets/x', { data: { [MILLION]: 'x' } }],
    ] as const)
      expect(
        await send(method, path, { body: JSON.stringify(body) }),
      ).toMatchObject({ status: 400 });
    expect(
      await send('put', '/secrets/x', {
        body: JSON.stringify({ data: { k: MILLION + MILLION + MILLION } }),
      }),
    ).toMatchObject({ status: 413 });
    expect(
      await send('put', '/secrets/x', {
        body: JSON.stringify({ data: { a: MILLION, b: MILLION } }),
        person: 'dev',
      }),
    ).toMatchObject({ status: 413 });
  });

  it.each([
    ['the Cyrillic а', 'аpp'],
    ['full-width letters', 'ａｐｐ'],
    ['an internationalised name', 'xn--80ak6aa92e'],
    ['a zero-width space', 'app\u200b'],
    ['upper case', 'App'],
    ['a dot', 'a.b'],
    ['a reserved name', 'www'],
    ['the form of an id', NOTHING],
    ['a newline', 'app\n'],
  ])('%s is no alias', async (_, name) => {
    const { status, text } = await send('post', '/aliases', {
      body: JSON.stringify({ name }),
      person: 'dev',
    });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ owner: 'you' });
  });

  it.each(['-1', '0', '201', '1000000', '1.5', 'ten', ''])(
    'a page of %s is none',
    async limit => {
      for (const list of [
        '/apps',
        '/instances',
        '/secrets',
        '/aliases',
        '/audit',
      ])
        expect((await send('get', `${list}?limit=${limit}`)).status).toBe(400);
    },
  );

  it('a cursor of another list, another order or nobody is refused', async () => {
    for (let n = 0; n < 3; n++)
      await store.importApp('dev', await bundle({ name: `page-${n}` }));
    const { nextCursor } = await store.get('/apps?limit=1', 'dev');
    const made = (parts: unknown) =>
      Buffer.from(JSON.stringify(parts)).toString('base64url');
    expect(
      (await send('get', `/apps?limit=1&cursor=${nextCursor}`)).status,
    ).toBe(200);
    for (const [path, cursor] of [
      ['/apps?orderBy=title', nextCursor],
      ['/apps?order=asc', nextCursor],
      ['/aliases?', nextCursor],
      ['/apps?', 'nonsense'],
      ['/apps?', made({})],
      ['/apps?', made(['created', 'desc', 1, NOTHING])],
      ['/apps?', made(['created', 'desc', 'a\u0000', NOTHING])],
      ['/apps?', made(['created', 'desc', 'x', "'; drop table apps"])],
    ])
      expect(
        JSON.parse((await send('get', `${path}&cursor=${cursor}`)).text),
      ).toMatchObject({ status: 400, code: 'BAD_CURSOR', owner: 'you' });
  });

  it('pages hold everything once, whatever comes in between', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await store.get(
        `/apps?limit=1${cursor && `&cursor=${cursor}`}`,
        'dev',
      );
      seen.push(...page.items.map((app: { name: string }) => app.name));
      if (!cursor)
        await store.importApp('dev', await bundle({ name: 'in-between' }));
      cursor = page.nextCursor ?? '';
    } while (cursor);
    expect(seen).toEqual(['page-2', 'page-1', 'page-0']);
  });

  it.each(['"0"', '"99999999999"', 'W/"1"', 'nonsense', '"1", "2"'])(
    'a change from %s is out of date',
    async etag => {
      const [app] = (await store.get('/apps', 'dev')).items;
      const answer = await store.api
        .patch(`${API}/apps/${app.id}`)
        .set(as('dev'))
        .set('if-match', etag)
        .send({ visibility: 'PUBLIC' });
      expect(answer).toMatchObject({
        status: 412,
        body: expect.objectContaining({ code: 'STALE' }),
      });
      expect((await store.get(`/apps/${app.id}`, 'dev')).visibility).toBe(
        'ALL_USERS',
      );
    },
  );
});
