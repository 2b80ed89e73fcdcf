/**
 * Imports over REST, good ones and bad ones, on SQLite and on PostgreSQL: what is
 * answered, and that nothing is left of what was refused.
 */
import { mockCredentials } from '@backstage/backend-test-utils';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../../__testUtils__/StoreUnderTest';
import { databaseIds } from '../../database/__testUtils__/databases';
import { until } from '../../__testUtils__/until';

jest.setTimeout(120_000);

const LIMIT = 1_000_000;

describe.each(databaseIds())('imports on %s', id => {
  let store: StoreUnderTest;

  beforeAll(async () => {
    store = await StoreUnderTest.start(id, {
      limits: { appVersions: 12, bundleBytes: LIMIT, instances: 3 },
      allowedCustomImages: ['registry\\.example/.+'],
    });
  });
  afterAll(() => store?.stop());

  // A folder comes with the first file in it.
  const left = (part: string) =>
    existsSync(join(store.bundles, part))
      ? readdirSync(join(store.bundles, part))
      : [];
  /** What is on disk, and in the database. */
  const everything = async () => ({
    incoming: left('incoming'),
    bundles: left('bundles').length,
    assets: left('assets').length,
    apps: (await store.get('/apps?scope=mine', 'dev')).items.length,
  });

  /** A request of which not everything is sent. */
  function raw(head: string[], body: string | Buffer = ''): Socket {
    const socket = connect(store.port, '127.0.0.1');
    socket.write(
      `POST ${API}/apps HTTP/1.1\r\nhost: localhost\r\nauthorization: ${mockCredentials.user.header(
        'user:default/dev',
      )}\r\n${head.map(line => `${line}\r\n`).join('')}\r\n`,
    );
    socket.write(body);
    return socket;
  }
  /** Whether this is all of an answer after which the connection stays open. */
  function isWhole(text: string): boolean {
    const end = text.indexOf('\r\n\r\n');
    const head = text.slice(0, end);
    const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
    return (
      end > 0 &&
      !/^connection: close/im.test(head) &&
      Buffer.byteLength(text.slice(end + 4)) >= Number(length ?? Infinity)
    );
  }
  async function answerOf(socket: Socket): Promise<string> {
    let text = '';
    const whole = new Promise<void>(done => {
      socket.setEncoding('utf8').on('data', chunk => {
        text += chunk;
        if (isWhole(text)) done();
      });
    });
    await Promise.race([whole, once(socket, 'close'), sleep(10_000)]);
    socket.destroy();
    return text;
  }

  it('refuse an image that the app would not use', async () => {
    const body = await bundle({ name: 'com.example.image' });
    const image = 'docker.io/library/nginx:stable';
    const refused = await store.api
      .post(`${API}/apps`)
      .query({ image })
      .set(as('dev'))
      .set('content-type', 'application/zip')
      .send(body);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: 'IMAGE_NOT_USED' });
    const { app } = (await store.importApp('dev', body)).body;
    const changed = await store.api
      .patch(`${API}/apps/${app.id}`)
      .set(as('dev'))
      .send({ customImage: image });
    expect(changed.status).toBe(400);
    expect(changed.body).toMatchObject({ code: 'IMAGE_NOT_USED' });
  });

  it('puts an app into the store, with its warnings, and tells what is in it', async () => {
    const { status, body } = await store.importApp(
      'dev',
      await bundle({
        name: 'good',
        tags: ['GUESTS', 'GUARDED', 'NOWHERE'],
        toml: 'Unknown = 1',
      }),
    );
    expect(status).toBe(201);
    expect(body.app.tags.map((tag: { name: string }) => tag.name)).toEqual([
      'GUESTS',
    ]);
    expect(
      body.warnings.map((w: { code: string; line?: number }) => [
        w.code,
        w.line,
      ]),
    ).toEqual([
      ['BAD_APP_TOML', 9],
      ['UNKNOWN_TAG', 5],
      ['TAG_NOT_YOURS', 5],
    ]);
    const meta = (part: string, who = 'dev') =>
      store.api
        .get(`${API}/apps/${body.app.id}/meta?part=${part}`)
        .set(as(who));
    expect((await meta('FILES')).text).toBe('app.toml\nserver.js\n');
    expect((await meta('APP')).text).toContain('Name = "good"');
    expect((await meta('REQUIREMENTS')).status).toBe(404);
    expect((await meta('APP', 'uma')).status).toBe(200);
    expect((await meta('APP', 'vic')).status).toBe(403);
    expect((await meta('NONSENSE')).status).toBe(400);

    const download = (who: string) =>
      store.api.get(`${API}/apps/${body.app.id}/bundle`).set(as(who)).buffer();
    const downloaded = await download('dev');
    expect(downloaded.headers['content-disposition']).toContain(
      'good.1.0.0.wave',
    );
    expect(Number(downloaded.headers['content-length'])).toBeGreaterThan(0);
    expect((await download('uma')).status).toBe(403);
    expect((await download('vic')).status).toBe(403);
    expect((await download('ada')).status).toBe(200);
  });

  it('changes visibility and tags, and nothing by halves', async () => {
    const { body } = await store.importApp(
      'dev',
      await bundle({ name: 'changing', tags: ['GUESTS'] }),
      'PRIVATE',
    );
    const patch = (who: string, change: object) =>
      store.api.patch(`${API}/apps/${body.app.id}`).set(as(who)).send(change);
    expect((await patch('uma', { visibility: 'PUBLIC' })).status).toBe(404);
    const changed = await patch('dev', { visibility: 'ALL_USERS', tags: [] });
    expect(changed.body).toMatchObject({ visibility: 'ALL_USERS', tags: [] });
    expect((await patch('uma', { visibility: 'PUBLIC' })).status).toBe(403);
    // Everybody with full access may assign a tag that names no admins.
    expect((await patch('uma', { tags: ['GUESTS'] })).status).toBe(200);
    const refused = await patch('dev', {
      visibility: 'PRIVATE',
      tags: ['GUARDED'],
    });
    expect(refused.status).toBe(403);
    expect(await store.get(`/apps/${body.app.id}`, 'dev')).toMatchObject({
      visibility: 'ALL_USERS',
      tags: [expect.objectContaining({ name: 'GUESTS' })],
    });
    expect((await patch('ada', { tags: ['GUARDED'] })).status).toBe(200);
    expect((await patch('dev', { tags: ['NOWHERE'] })).body.code).toBe(
      'UNKNOWN_TAG',
    );
    expect((await patch('dev', { owner: 'me' })).status).toBe(400);
    // Visitors change nothing, and learn of no tag.
    await store.api
      .patch(`${API}/apps/${body.app.id}`)
      .set(as('ada'))
      .send({ tags: ['GUESTS'] });
    for (const change of [{ tags: [] }, { tags: ['NOPE'] }])
      expect((await patch('vic', change)).body).toMatchObject({
        status: 403,
        detail: 'You are not allowed to change this app.',
      });
    expect((await patch('uma', { visibility: 'PUBLIC' })).status).toBe(403);
  });

  it.each([
    [
      'a runtime version that is not there',
      { toml: 'RuntimeVersion = "cobol"' },
      'UNKNOWN_RUNTIME',
      9,
    ],
    [
      'a deprecated runtime version',
      { toml: 'RuntimeVersion = "node_old"' },
      'RUNTIME_DEPRECATED',
      9,
    ],
    [
      'a secret that is not there',
      { tail: '[[Env]]\nName = "A"\nSecret = "none"\nSecretKey = "k"\n' },
      'SECRET_MISSING',
      12,
    ],
    [
      'a secret whose name begins like that of another',
      {
        tail: '[[Env]]\nName = "A"\nSecret = "none2"\nSecretKey = "k"\nOptional = true\n[[Env]]\nName = "B"\nSecret = \'none\'\nSecretKey = "k"\n',
      },
      'SECRET_MISSING',
      17,
    ],
    [
      'an image of an app that runs in that of its runtime',
      { toml: 'CustomImage = "elsewhere.example/x"' },
      'BAD_APP_TOML',
      9,
    ],
    ['a port that is none', { toml: 'Port = 0' }, 'BAD_APP_TOML', 9],
  ])(
    'refuses %s, says where, and keeps nothing',
    async (_, options, code, line) => {
      const before = await everything();
      const { status, body } = await store.importApp(
        'dev',
        await bundle({ name: 'refused', ...options }),
      );
      expect(status).toBe(400);
      expect(body).toMatchObject({ code, owner: 'you' });
      expect(body.remedy).toBeTruthy();
      expect(body.issues[0]).toMatchObject({ line });
      expect(await everything()).toEqual(before);
    },
  );

  it('refuses an image that is not allowed, says where, and keeps nothing', async () => {
    const before = await everything();
    const zip = new ZipFile();
    zip.addBuffer(
      Buffer.from(
        '[App]\nName = "refused"\nVersion = "1.0"\n[Runtime]\nAppMode = "container"\nPort = 80\nCustomImage = "elsewhere.example/x"\n',
      ),
      'app.toml',
    );
    zip.end();
    const { status, body } = await store.importApp(
      'dev',
      await buffer(zip.outputStream as Readable),
    );
    expect({ status, code: body.code }).toEqual({
      status: 400,
      code: 'IMAGE_NOT_ALLOWED',
    });
    expect(body.issues[0]).toMatchObject({ line: 7 });
    expect(await everything()).toEqual(before);
  });

  it('takes an optional secret that is not there', async () => {
    const { status } = await store.importApp(
      'dev',
      await bundle({
        name: 'optional',
        tail: '[[Env]]\nName = "A"\nSecret = "none"\nSecretKey = "k"\nOptional = true\n',
      }),
    );
    expect(status).toBe(201);
  });

  it('takes one of two uploads of the same version, whichever comes first', async () => {
    const before = await everything();
    const answers = await Promise.all(
      ['one', 'two'].map(async server =>
        store.importApp('dev', await bundle({ name: 'twice', server })),
      ),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 409]);
    const third = await store.importApp('dev', await bundle({ name: 'twice' }));
    expect(third.body).toMatchObject({ status: 409, code: 'VERSION_EXISTS' });
    expect(await everything()).toEqual({
      ...before,
      bundles: before.bundles + 1,
      apps: before.apps + 1,
    });
  });

  it('never leaves an app without its bundle, whoever deletes meanwhile', async () => {
    const data = await bundle({ name: 'again' });
    const later = async (ms: number) => {
      await sleep(ms);
      return store.importApp('dev', data);
    };
    for (let round = 0; round < 15; round++) {
      const { body } = await store.importApp('dev', data);
      const [deleted, ...more] = await Promise.all([
        store.api.delete(`${API}/apps/${body.app.id}`).set(as('dev')),
        ...[0, 3, 6].map(later),
      ]);
      expect(deleted.status).toBe(204);
      const there = (await store.get('/apps?scope=mine&name=again', 'dev'))
        .items;
      expect(there.length).toBeLessThanOrEqual(1);
      expect(
        more.filter(answer => answer.status === 201).length,
      ).toBeGreaterThanOrEqual(there.length);
      for (const { id: appId } of there) {
        const meta = await store.api
          .get(`${API}/apps/${appId}/meta?part=APP`)
          .set(as('dev'));
        expect(meta.status).toBe(200);
        await store.api.delete(`${API}/apps/${appId}`).set(as('dev'));
      }
    }
  });

  it('takes three bundles of one person at once', async () => {
    const sockets = [1, 2, 3].map(() =>
      raw(['content-type: application/zip', 'content-length: 1000'], 'x'),
    );
    await until(() => left('incoming').length === 3);
    const { status, body } = await store.importApp(
      'dev',
      await bundle({ name: 'fourth' }),
    );
    expect({ status, code: body.code }).toEqual({
      status: 429,
      code: 'IMPORTS_BUSY',
    });
    // Others are not kept waiting.
    const other = await store.importApp(
      'uma',
      await bundle({ name: 'others' }),
    );
    expect(other.status).toBe(201);
    sockets.forEach(socket => socket.destroy());
    await until(() => !left('incoming').length);
  });

  it('answers 413 before the body is sent', async () => {
    const before = await everything();
    const began = Date.now();
    const answer = await answerOf(
      raw(['content-type: application/zip', `content-length: ${LIMIT * 1000}`]),
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"code":"TOO_LARGE"');
    expect(answer.toLowerCase()).toContain('connection: close');
    // The connection is not kept for a body that nobody wants.
    expect(Date.now() - began).toBeLessThan(9000);
    expect(await everything()).toEqual(before);
  });

  it('answers 413 to a body that grows too large, and keeps nothing', async () => {
    const before = await everything();
    const socket = raw([
      'content-type: application/zip',
      'transfer-encoding: chunked',
    ]);
    const chunk = Buffer.alloc(100_000);
    socket.on('error', () => {});
    for (let i = 0; i < 12; i++) {
      socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      socket.write('\r\n');
    }
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 413 /);
    expect(await everything()).toEqual(before);
  });

  it('keeps nothing of an upload that was cut off', async () => {
    const before = await everything();
    const socket = raw(
      ['content-type: application/zip', 'content-length: 500000'],
      Buffer.alloc(100_000),
    );
    await until(() => left('incoming').length === 1);
    socket.destroy();
    await until(() => !left('incoming').length);
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['no type', 'content-length: 3'],
    ['a form', 'content-type: multipart/form-data; boundary=x'],
    ['JSON', 'content-type: application/json'],
    ['HTML', 'content-type: text/html'],
  ])('answers 415 to %s', async (_, header) => {
    const before = await everything();
    const answer = await answerOf(
      raw(
        header.startsWith('content-length')
          ? [header]
          : [header, 'content-length: 2'],
        header.startsWith('content-length') ? 'abc' : '{}',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1.1 415 /);
    expect(await everything()).toEqual(before);
  });

  it('lets neither visitors nor strangers import', async () => {
    const data = await bundle({ name: 'forbidden' });
    expect((await store.importApp('vic', data)).status).toBe(403);
    const nobody = await store.api
      .post(`${API}/apps`)
      .set('content-type', 'application/zip')
      .set('authorization', mockCredentials.none.header())
      .send(data);
    expect(nobody.status).toBe(401);
    expect(left('incoming')).toEqual([]);
  });

  it('keeps to the number of versions that one may own, but for admins', async () => {
    const owned = async () =>
      (await store.get('/apps?scope=mine', 'dev')).items.length;
    for (let i = await owned(); i < 11; i++)
      await store.importApp(
        'dev',
        await bundle({ name: 'many', version: `1.0.${i}` }),
      );
    // Three at once for the last place: one gets it.
    const race = await Promise.all(
      [1, 2, 3].map(async n =>
        store.importApp(
          'dev',
          await bundle({ name: 'many', version: `2.0.${n}` }),
        ),
      ),
    );
    expect(race.map(answer => answer.status).sort()).toEqual([201, 409, 409]);
    const { status, body } = await store.importApp(
      'dev',
      await bundle({ name: 'many', version: '3.0.0' }),
    );
    expect(status).toBe(409);
    expect(body.code).toBe('APP_VERSION_LIMIT');
    // Deleting one makes room, and takes its files along.
    const [one] = (await store.get('/apps?scope=mine&name=many', 'dev')).items;
    const before = left('bundles').length;
    await store.api.delete(`${API}/apps/${one.id}`).set(as('dev')).expect(204);
    expect(left('bundles').length).toBe(before - 1);
    expect(existsSync(join(store.bundles, 'environments', one.id))).toBe(false);
  });
});

describe('access tokens', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start('SQLITE_3');
  });
  afterAll(() => store?.stop());

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const make = async (kind: string, who = 'dev') =>
    (
      await store.api
        .post(`${API}/tokens`)
        .set(as(who))
        .send({ name: 'ci', kind, days: 1 })
    ).body;

  it('are their owner, until they are revoked', async () => {
    const { id, token } = await make('machine');
    const me = await store.api.get(`${API}/me`).set(bearer(token));
    expect(me.body).toMatchObject({ userEntityRef: 'user:default/dev' });
    const listed = await store.get('/tokens', 'dev');
    expect(JSON.stringify(listed)).not.toContain(token);
    expect(listed.items[0].lastUsedAt).toBeTruthy();
    // Nobody else's business.
    await store.api.delete(`${API}/tokens/${id}`).set(as('uma')).expect(404);
    await store.api.delete(`${API}/tokens/${id}`).set(as('dev')).expect(204);
    expect((await store.api.get(`${API}/me`).set(bearer(token))).status).toBe(
      401,
    );
  });

  it('of machines make no others, and confirm no sign-in', async () => {
    const { token } = await make('machine');
    const more = await store.api
      .post(`${API}/tokens`)
      .set(bearer(token))
      .send({ name: 'more' });
    expect(more.body).toMatchObject({ status: 403, code: 'NOT_FOR_MACHINES' });
    expect(
      (await store.api.get(`${API}/tokens`).set(bearer(token))).status,
    ).toBe(403);
    const begun = (
      await store.api.post(`${API}/login/device`).send({ client: 'x' })
    ).body;
    const confirmed = await store.api
      .post(`${API}/login/requests/${begun.userCode}`)
      .set(bearer(token))
      .send({ allow: true });
    expect(confirmed.status).toBe(403);
  });

  it('of sign-ins make no further sign-ins, and may be given up', async () => {
    const { token } = await make('login');
    const longer = await store.api
      .post(`${API}/tokens`)
      .set(bearer(token))
      .send({ name: 'longer', kind: 'login', days: 366 });
    expect(longer.body).toMatchObject({ status: 403, code: 'NOT_BY_TOKEN' });
    await store.api
      .delete(`${API}/tokens/current`)
      .set(bearer(token))
      .expect(204);
    expect((await store.api.get(`${API}/me`).set(bearer(token))).status).toBe(
      401,
    );
  });

  it('are signed in for by a code that one person answers once', async () => {
    const { body } = await store.api
      .post(`${API}/login/device`)
      .send({ client: 'x' });
    const answer = (who: string) =>
      store.api
        .post(`${API}/login/requests/${body.userCode}`)
        .set(as(who))
        .send({ allow: true });
    const answers = await Promise.all([answer('dev'), answer('uma')]);
    expect(answers.map(a => a.status).sort()).toEqual([204, 404]);
    // Whoever asks for more codes than anybody needs is told to stop; nobody else is.
    let last = 200;
    for (let i = 0; i < 60 && last === 200; i++)
      last = (
        await store.api.post(`${API}/login/device`).send({ client: 'flood' })
      ).status;
    expect(last).toBe(429);
  });

  it('are worth nothing where they are none, or their owner is gone', async () => {
    for (const token of ['aas_', 'aas_nonsense', `aas_${'a'.repeat(43)}`])
      expect((await store.api.get(`${API}/me`).set(bearer(token))).status).toBe(
        401,
      );
    const { token } = await make('machine', 'nobody-in-the-catalog');
    expect((await store.api.get(`${API}/me`).set(bearer(token))).status).toBe(
      401,
    );
  });
});
