/** A portal of the tests' own, started as a stranger starts it. */
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = resolve(__dirname, '../..');

/** Below those that the system gives to outgoing connections (ip_local_port_range of Linux, 32768 and up). */
const PORTS = { from: 10_000, to: 32_000 };

/**
 * A port that nothing listens on. The one that the system gives may be gone to a connection before the portal
 * listens: whatever else runs on the machine opens hundreds of them a second.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** A running portal, and what can be done to it. */
export class Portal {
  readonly data = mkdtempSync(join(tmpdir(), 'e2e-'));
  port = 0;
  gatewayPort = 0;
  output = '';
  #child: ChildProcess | undefined;

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /**
   * @param env - variables beside this process's own
   * @param config - files of configuration after the demo's own
   */
  async start(
    env: Record<string, string> = {},
    config: string[] = [],
  ): Promise<void> {
    this.port ||= await freePort();
    this.gatewayPort ||= await freePort();
    this.output = '';
    const child = spawn(
      process.execPath,
      [
        'tools/portal.mjs',
        'start',
        '--port',
        String(this.port),
        '--gateway-port',
        String(this.gatewayPort),
        '--data',
        this.data,
        ...config.flatMap(file => ['--config', file]),
      ],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          // Whatever it answers is held against the API's document.
          APP_CONFIG_appStore_checkAnswers: 'true',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
    this.#child = child;
    const collect = (text: string) => {
      this.output += text;
    };
    child.stdout!.setEncoding('utf8').on('data', collect);
    child.stderr!.setEncoding('utf8').on('data', collect);
    for (let i = 0; !this.output.includes('is running'); i++) {
      if (child.exitCode !== null || i > 1800)
        throw new Error(
          `the portal did not start:\n${this.output}\n${this.#lastLog()}`,
        );
      await sleep(100);
    }
  }

  /** The end of what the portal wrote to its log. */
  #lastLog(): string {
    try {
      return readFileSync(join(this.data, 'portal.log'), 'utf8')
        .split('\n')
        .slice(-40)
        .join('\n');
    } catch {
      return 'It wrote no log.';
    }
  }

  /** Ends it as Ctrl-C in a terminal does, which tells its whole group; returns its exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child!;
    if (child.exitCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    process.kill(-child.pid!, 'SIGINT');
    const [code] = await exited;
    return code;
  }

  /** The id of the process that is the portal. */
  get process(): number {
    const own = execFileSync('pgrep', ['-P', String(this.#child!.pid)], {
      encoding: 'utf8',
    }).trim();
    return Number(own.split('\n')[0]);
  }

  /** Kills the process that is the portal. */
  async kill(): Promise<void> {
    const exited = once(this.#child!, 'exit');
    process.kill(this.process, 'SIGKILL');
    await exited;
  }

  /** Processes of apps: those whose files lie in the data directory. */
  appProcesses(): string[] {
    return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter(
        line => line.includes(this.data) && /cluster\/|relay\.mjs/.test(line),
      );
  }

  async token(person: string): Promise<string> {
    const response = await fetch(`${this.url}/api/auth/demo/refresh`, {
      headers: {
        'x-demo-person': `user:default/${person}`,
        'x-requested-with': 'XMLHttpRequest',
      },
    });
    return (await response.json()).backstageIdentity.token;
  }

  /** Calls the store's API as somebody. */
  async api(person: string, path: string, init: RequestInit = {}) {
    const response = await fetch(`${this.url}/api/app-store/v1${path}`, {
      ...init,
      headers: {
        ...init.headers,
        authorization: `Bearer ${await this.token(person)}`,
      },
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text ? JSON.parse(text) : undefined,
    };
  }

  remove(): void {
    rmSync(this.data, { recursive: true, force: true });
  }
}
