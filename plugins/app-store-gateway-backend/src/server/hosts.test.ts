/** Aliases that are host names outside the apps' domain, over real sockets. */
import { TestDatabases } from '@backstage/backend-test-utils';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { GatewayBeforeApps, ONE } from '../__testUtils__/GatewayBeforeApps';
import { cookieOf, UMA } from '../__testUtils__/GatewayUnderTest';

const HOST = 'dash.example.org';
const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_17'] });

describe.each(databases.eachSupportedId())('15: host aliases on %s', id => {
  let app: Server;
  let gateway: GatewayBeforeApps;
  const assign = (alias: object = {}) =>
    gateway.tell('alias', {
      name: HOST,
      instanceId: ONE,
      primary: true,
      moved: false,
      ...alias,
    });

  beforeAll(async () => {
    app = createServer((request, response) => {
      response.statusCode = request.url === '/431' ? 431 : 200;
      response.end(request.headers.host);
    });
    app.listen(0, '127.0.0.1');
    await once(app, 'listening');
    const { port } = app.address() as { port: number };
    gateway = await GatewayBeforeApps.on(databases, id);
    await gateway.serve({ port });
  });
  beforeEach(() => assign());
  afterAll(async () => {
    await gateway.stop();
    app.closeAllConnections();
    app.close();
  });

  /** The cookie of somebody who signed in at a host. */
  const signIn = async (host: string) =>
    cookieOf((await gateway.signIn(host)).entered, 'app-store-session');

  it('serves it, with a session of its own', async () => {
    expect((await gateway.call(HOST, '/')).status).toBe(401);
    const cookie = await signIn(HOST);
    const answer = await gateway.call(HOST, '/', { cookie });
    expect(answer).toMatchObject({ status: 200, body: HOST });
    // The session of one host is none of another.
    await assign({ primary: false });
    expect(
      (await gateway.call(`${ONE}.apps.localhost`, '/', { cookie })).status,
    ).toBe(401);
    const other = await signIn(`${ONE}.apps.localhost`);
    await assign();
    expect((await gateway.call(HOST, '/', { cookie: other })).status).toBe(401);
  });

  it('leads there from the other hosts of the instance, with path and query', async () => {
    const answer = await gateway.call(`${ONE}.apps.localhost`, '/a?b=c');
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(`http://${HOST}:1/a?b=c`);
  });

  it('is known to a page of the portal that opens it', async () => {
    const { url } = await gateway.handOff.issuePass(
      `http://${HOST}:1/x`,
      UMA,
      [],
    );
    expect(new URL(url).hostname).toBe(HOST);
    await expect(
      gateway.handOff.issuePass('http://other.example.org:1/x', UMA, []),
    ).rejects.toThrow('This is not the address of an app.');
  });

  it('refuses what no alias is called, and what is no longer one', async () => {
    expect((await gateway.call('other.example.org')).status).toBe(421);
    await assign({ instanceId: undefined, primary: false });
    expect((await gateway.call(HOST)).status).toBe(404);
    await gateway.tell('alias-gone', { name: HOST });
    expect((await gateway.call(HOST)).status).toBe(421);
  });

  it('answers for a domain that is not the apps’ alone: its cookies stay, whatever an app says', async () => {
    const cookie = `${await signIn(HOST)}; long=${'x'.repeat(6000)}`;
    const answer = await gateway.call(HOST, '/431', { cookie });
    expect(answer.status).toBe(431);
    expect(answer.headers).not.toHaveProperty('clear-site-data');
    await assign({ primary: false });
    const host = `${ONE}.apps.localhost`;
    const own = `${await signIn(host)}; long=${'x'.repeat(6000)}`;
    expect(
      (await gateway.call(host, '/431', { cookie: own })).headers[
        'clear-site-data'
      ],
    ).toContain('cookies');
  });

  it('has no service workers', async () => {
    const answer = await gateway.call(HOST, '/sw.js', {
      'service-worker': 'script',
    });
    expect(answer.status).toBe(403);
  });
});
