/** The issuer that people of the tests sign in at; see issuer.mjs. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The OpenID Connect issuer of the tests, as a process of its own. */
export class Issuer {
  readonly url: string;
  readonly client: { id: string; secret: string };
  readonly #child: ChildProcess;

  /** @param secure - an address of this machine that the portal reaches, and the files of its key and certificate */
  static async start(
    portalUrl: string,
    secure: [host?: string, key?: string, certificate?: string] = [],
  ): Promise<Issuer> {
    const child = fork(
      join(__dirname, 'issuer.mjs'),
      [portalUrl, ...(secure as string[])],
      {
        // It says at length what a real issuer would do otherwise.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        execArgv: [],
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    const [started] = await once(child, 'message');
    return new Issuer(child, started);
  }

  private constructor(
    child: ChildProcess,
    started: { url: string; client: { id: string; secret: string } },
  ) {
    this.#child = child;
    this.url = started.url;
    this.client = started.client;
  }

  /** Adds a person, or changes what is said of one from now on. */
  async put(
    login: string,
    person: { sub: string; name: string; roles: string[] },
  ): Promise<void> {
    const known = once(this.#child, 'message');
    this.#child.send({ login, person });
    await known;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
