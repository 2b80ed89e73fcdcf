/** A gateway with a database of its own, before apps that a test makes. */
import type { TestDatabases } from '@backstage/backend-test-utils';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { migrated } from './databases';
import { GatewayUnderTest, UMA, type Answer } from './GatewayUnderTest';

export const ONE = '00000000-0000-4000-8000-000000000001';

/** A gateway with a database of its own, and apps that a test makes. */
export class GatewayBeforeApps extends GatewayUnderTest {
  #serves = false;

  /** @param id - of the database to make */
  static async on(
    databases: TestDatabases,
    id: Parameters<typeof migrated>[1] = 'SQLITE_3',
  ): Promise<GatewayBeforeApps> {
    return new GatewayBeforeApps({ knex: await migrated(databases, id) });
  }

  hostOf(id = ONE): string {
    return `${id}.apps.localhost`;
  }

  /** Has the store tell of instances, and waits until the gateway knows. */
  async serve(
    ...routes: Array<Partial<GatewayRoute> & { port?: number }>
  ): Promise<void> {
    const whole = routes.map(
      ({ port, ...change }): GatewayRoute => ({
        id: ONE,
        visibility: 'PRIVATE',
        status: 'DEPLOYED',
        terminating: false,
        stage: 'ready',
        endpoint: { address: '127.0.0.1', port: port!, podUid: `pod-${port}` },
        title: 'An app',
        routingMode: 'DOMAIN',
        revision: '1',
        ...change,
      }),
    );
    if (this.#serves)
      await this.tell('snapshot', { routes: whole, aliases: [] });
    else await this.start(whole);
    this.#serves = true;
  }

  /** The cookie of somebody who is signed in at an instance. */
  async cookie(user = UMA, id = ONE): Promise<string> {
    return `app-store-session=${await this.sessions.create(
      this.hostOf(id),
      user,
      60_000,
      id,
    )}`;
  }

  /** One request on a connection of its own. */
  async ask(
    options: {
      path?: string;
      method?: string;
      headers?: Record<string, string | string[]>;
      body?: string;
    } = {},
  ): Promise<Answer> {
    const outgoing = request({
      host: '127.0.0.1',
      port: this.port,
      path: options.path ?? '/',
      method: options.method ?? 'GET',
      agent: false,
      headers: { host: this.hostOf(), ...options.headers },
    });
    outgoing.end(options.body);
    const [answer] = await once(outgoing, 'response');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: await text(answer),
    };
  }

  /** A connection to the gateway. */
  async connect(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Sends bytes and gives all that comes back until the connection ends. */
  async raw(bytes: string): Promise<string> {
    const socket = await this.connect();
    socket.write(bytes);
    return text(socket).catch(() => '');
  }
}
