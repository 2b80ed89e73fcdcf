/** A portal with its gateway and its command, for the conformance suite. */
import { expect } from '@playwright/test';
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { main } from '../../packages/cli/src';
import { enterApp, type Entered } from '../e2e/gateway';
import { Portal } from '../e2e/portal';
import { appToml, bundle, SERVER, type BundleOptions } from './bundles';
import type { DatabaseKind } from './databases';

const ROOT = resolve(__dirname, '../..');

/** What a command did. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** A portal with its gateway and its command, and requests to each of them. */
export class World {
  readonly portal = new Portal();
  readonly room = mkdtempSync(join(tmpdir(), 'spec-'));
  #database: { url: string; stop(): Promise<void> } | undefined;
  readonly #people = new Set<string>();

  async start(kind: DatabaseKind): Promise<void> {
    mkdirSync(join(this.room, 'no-examples'));
    if (kind === 'PostgreSQL') {
      const { postgres } = await import('../../tools/lib/services.mjs');
      this.#database = await postgres();
    }
    await this.restart({});
  }

  /** Starts the portal, or starts it anew with another configuration of the store. */
  async restart(appStore: object): Promise<void> {
    if (this.portal.output) await this.portal.stop();
    const url = this.#database && new URL(this.#database.url);
    const config = {
      ...(url
        ? {
            backend: {
              database: {
                client: 'pg',
                connection: {
                  host: url.hostname,
                  port: Number(url.port),
                  user: url.username,
                  password: '',
                },
              },
            },
          }
        : {}),
      appStore: {
        limits: { appVersions: 10, instances: 10, visitorInstances: 5 },
        examples: {
          directory: join(this.room, 'no-examples'),
          owner: 'user:default/dev',
          secrets: [],
        },
        categoryTags: ['FORECASTING'],
        tags: [
          { name: 'TA', visitorRoles: ['group:default/design-guests'] },
          { name: 'TB', visitorRoles: ['group:default/finance-guests'] },
          { name: 'FORECASTING', title: 'Forecasting' },
          { name: 'PLAIN', title: 'Plain' },
        ],
        ...appStore,
      },
    };
    const path = join(this.room, 'config.yaml');
    writeFileSync(path, JSON.stringify(config));
    await this.portal.start({}, [path]);
  }

  async stop(): Promise<void> {
    await this.portal.stop();
    await this.#database?.stop();
    this.portal.remove();
    rmSync(this.room, { recursive: true, force: true });
  }

  /** Calls the store's API as somebody. */
  async api(
    person: string | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: any; headers: Headers }> {
    const response = await fetch(`${this.portal.url}/api/app-store/v1${path}`, {
      method,
      headers: {
        ...(person
          ? { authorization: `Bearer ${await this.portal.token(person)}` }
          : {}),
        ...(body === undefined
          ? {}
          : {
              'content-type': Buffer.isBuffer(body)
                ? 'application/zip'
                : 'application/json',
            }),
      },
      body:
        body === undefined || Buffer.isBuffer(body)
          ? (body as BodyInit)
          : JSON.stringify(body),
    });
    const answer = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      body: json && answer ? JSON.parse(answer) : answer,
      headers: response.headers,
    };
  }

  /** Sends a bundle and gives the whole answer. */
  async send(
    person: string,
    options: BundleOptions,
    query = 'visibility=ALL_USERS',
  ) {
    return this.api(person, 'POST', `/apps?${query}`, await bundle(options));
  }

  /** Imports an app that has nothing wrong. */
  async import(
    person: string,
    options: BundleOptions,
    query?: string,
  ): Promise<App> {
    const answer = await this.send(person, options, query);
    expect(answer.body).toMatchObject({ app: { name: options.name } });
    return answer.body.app;
  }

  /** Starts an instance and waits until it serves, unless told otherwise. */
  async run(
    person: string,
    app: Pick<App, 'id'>,
    request: object = {},
    wait = true,
  ): Promise<AppInstance> {
    const answer = await this.api(
      person,
      'POST',
      `/apps/${app.id}/instances`,
      request,
    );
    expect(answer.body).toMatchObject({ appId: app.id });
    return wait ? this.until(person, answer.body.id, 'DEPLOYED') : answer.body;
  }

  async until(
    person: string,
    id: string,
    status: AppInstance['status'],
    seconds = 60,
  ): Promise<AppInstance> {
    for (let i = 0; i < seconds * 10; i++) {
      const { body } = await this.api(person, 'GET', `/instances/${id}`);
      if (body.status === status) return body;
      await sleep(100);
    }
    throw new Error(`${id} never was ${status}`);
  }

  async terminate(person: string, ...ids: string[]): Promise<void> {
    for (const id of ids)
      await this.api(person, 'DELETE', `/instances/${id}?purge=true`);
  }

  /** Nothing of one test is in the way of the next. */
  async tidy(): Promise<void> {
    for (const { id } of (
      await this.api('ada', 'GET', '/instances?scope=all&limit=200')
    ).body.items)
      await this.terminate('ada', id);
    for (const { id } of (
      await this.api('ada', 'GET', '/apps?scope=all&limit=200')
    ).body.items)
      await this.api('ada', 'DELETE', `/apps/${id}?purgeTerminated=true`);
    for (const { id } of (await this.api('ada', 'GET', '/aliases?scope=all'))
      .body.items)
      await this.api('ada', 'DELETE', `/aliases/${id}`);
  }

  enter(person: string, instanceId: string): Promise<Entered> {
    return enterApp(this.portal, person, instanceId);
  }

  /** One request to the gateway, as somebody not signed in. */
  async visit(
    label: string,
    path = '/',
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
    const host = `${label ? `${label}.` : ''}apps.localhost:${
      this.portal.gatewayPort
    }`;
    const outgoing = request({
      host: '127.0.0.1',
      port: this.portal.gatewayPort,
      path,
      headers: { host, accept: 'text/html', ...headers },
      agent: false,
    });
    outgoing.end();
    const [answer] = await once(outgoing, 'response');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: await text(answer),
    };
  }

  /** Until the gateway has heard of what was just changed. */
  async eventually<T>(
    look: () => Promise<T>,
    done: (value: T) => boolean,
  ): Promise<T> {
    for (let i = 0; ; i++) {
      const value = await look();
      if (done(value) || i > 100) return value;
      await sleep(50);
    }
  }

  /** Opens a WebSocket as somebody not signed in; all that comes back. */
  async socket(label: string, path = '/'): Promise<string> {
    const socket = connect(this.portal.gatewayPort, '127.0.0.1');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${label}.apps.localhost:${this.portal.gatewayPort}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    return text(socket);
  }

  #words(person: string, args: string[]): string[] {
    return ['--conf', join(this.room, `${person}.json`), ...args];
  }

  #environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.room, NO_COLOR: '1' };
  }

  async #signIn(person: string): Promise<void> {
    if (this.#people.has(person)) return;
    this.#people.add(person);
    const { code, err } = await this.#type(
      person,
      ['login', this.portal.url, '--demo', person],
      this.room,
    );
    expect({ code, err }).toMatchObject({ code: 0 });
  }

  /**
   * Types a command, in this process: a start of Node.js for each takes long, and what a
   * process of its own adds is tried with the transcript and {@link World.cliUntil}.
   */
  async #type(
    person: string,
    args: string[],
    cwd: string,
    input = '',
  ): Promise<Ran> {
    let out = '';
    let err = '';
    const code = await main(this.#words(person, args), {
      out: { write: data => (out += Buffer.from(data as string)) },
      err: { write: data => (err += Buffer.from(data as string)) },
      env: this.#environment(),
      cwd,
      stdin: (async function* piped() {
        yield input;
      })(),
      canAsk: false,
      confirm: async () => false,
      ask: async (_, suggestion) => suggestion,
      browse: async () => {},
      sleep: milliseconds => sleep(milliseconds),
      onInterrupt: () => () => {},
      fetch,
    });
    return { code, out, err };
  }

  /** Types a command as somebody who is signed in. */
  async cli(
    person: string,
    args: string[],
    options: { cwd?: string; input?: string } = {},
  ): Promise<Ran> {
    await this.#signIn(person);
    return this.#type(person, args, options.cwd ?? this.room, options.input);
  }

  /** Begins a command that goes on until it is interrupted. */
  async cliUntil(
    person: string,
    args: string[],
    options: { cwd: string; shows: RegExp },
  ): Promise<{ interrupt(): Promise<Ran> }> {
    await this.#signIn(person);
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'packages/cli/bin/app-store.js'),
        ...this.#words(person, args),
      ],
      {
        cwd: options.cwd,
        env: this.#environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let shown = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', data => {
        shown += data;
      });
    for (let i = 0; !options.shows.test(shown); i++) {
      if (child.exitCode !== null || i > 600)
        throw new Error(`never: ${options.shows}: ${shown}`);
      await sleep(100);
    }
    return {
      async interrupt() {
        child.kill('SIGINT');
        if (child.exitCode === null) await once(child, 'exit');
        return { code: child.exitCode, out: shown, err: '' };
      },
    };
  }

  /** Types `bundle import` of an app. */
  async typeImport(person: string, options: BundleOptions): Promise<Ran> {
    const directory = this.directory(`typed-${options.name}`, {
      'app.toml': appToml(options),
      ...(options.runtime === null ? {} : { 'server.js': SERVER }),
    });
    return this.cli(person, ['bundle', 'import', directory, '-v', 'ALL_USERS']);
  }

  /** A directory with an app in it. */
  directory(name: string, files: Record<string, string>): string {
    const path = join(this.room, name);
    mkdirSync(path, { recursive: true });
    for (const [file, content] of Object.entries(files))
      writeFileSync(join(path, file), content);
    return path;
  }
}
