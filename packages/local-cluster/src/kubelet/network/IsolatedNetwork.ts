/** A network of a pod's own: a namespace with a relay in it (`bin/relay.mjs`), through which its ports are reached. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { childOf, hasEnded, signal } from '../processes';
import type { PodNetwork } from './PodNetwork';

/** The port of the outward proxy inside a pod's network. */
const PROXY_PORT = 3128;
/** The pod's address in its own network, where nobody else is: each pod's may be the same. */
const POD_ADDRESS = '10.88.0.2';

/** A network namespace with a relay in it. */
export class IsolatedNetwork implements PodNetwork {
  readonly #socket: string;
  readonly #relayScript: string;
  readonly #egressSocket: string;
  #process: ChildProcess | undefined;
  #pid: number | undefined;
  #started: Promise<void> | undefined;

  constructor(options: {
    socket: string;
    relayScript: string;
    egressSocket: string;
  }) {
    this.#socket = options.socket;
    this.#relayScript = options.relayScript;
    this.#egressSocket = options.egressSocket;
  }

  /** False where its relay has ended. */
  get isUsable(): boolean {
    return !this.#process || !hasEnded(this.#process);
  }

  /** Makes the network, once; after a failure a further call tries again. */
  start(): Promise<void> {
    this.#started ??= this.#make().catch(error => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #make(): Promise<void> {
    rmSync(this.#socket, { force: true });
    const relay = [
      process.execPath,
      '--max-semi-space-size=1',
      '--max-old-space-size=64',
      this.#relayScript,
      this.#socket,
      this.#egressSocket,
      String(PROXY_PORT),
    ];
    const child = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        'unshare',
        '--user',
        '--map-root-user',
        '--net',
        '--fork',
        '--kill-child',
        'sh',
        '-c',
        `ip link set lo up && ip address add ${POD_ADDRESS}/32 dev lo && exec "$@"`,
        'relay',
        ...relay,
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH },
        detached: true,
      },
    );
    this.#process = child;
    let complaint = '';
    child.stderr!.setEncoding('utf8').on('data', text => (complaint += text));
    const failed = once(child, 'exit').then(() => {
      throw new Error(
        `the pod's network could not be made: ${
          complaint.trim() || 'the relay ended'
        }`,
      );
    });
    failed.catch(() => {});
    await Promise.race([once(child.stdout!, 'data'), failed]);
    this.#pid = childOf(child.pid!);
    if (!this.#pid)
      throw new Error("the pod's network could not be made: the relay is gone");
  }

  get enter(): string[] {
    return [
      'nsenter',
      `--user=/proc/${this.#pid}/ns/user`,
      `--net=/proc/${this.#pid}/ns/net`,
      '--preserve-credentials',
      '--',
    ];
  }

  async dial(port: number, { loopback = false } = {}): Promise<Socket> {
    const socket = connect({ path: this.#socket, allowHalfOpen: true });
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    socket.write(`${loopback ? '127.0.0.1' : POD_ADDRESS} ${port}\n`);
    // A half-open socket does not close by itself when the other side is gone: `end` is the refusal.
    const refused = Promise.race([
      once(socket, 'end'),
      once(socket, 'close'),
    ]).then(() => [undefined]);
    const [answer] = (await Promise.race([once(socket, 'data'), refused])) as [
      Buffer | undefined,
    ];
    refused.catch(() => {});
    socket.pause();
    if (answer?.[0] !== 0x2b) {
      socket.destroy();
      throw new Error('connection refused');
    }
    if (answer.length > 1) socket.unshift(answer.subarray(1));
    return socket;
  }

  environment(env: Record<string, string>): Record<string, string> {
    const proxy = `http://127.0.0.1:${PROXY_PORT}`;
    return {
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      NO_PROXY: 'localhost,127.0.0.1',
      no_proxy: 'localhost,127.0.0.1',
      ...env,
    };
  }

  listening(): number[] {
    const ports = new Set<number>();
    for (const table of ['tcp', 'tcp6']) {
      try {
        for (const row of readFileSync(
          `/proc/${this.#pid}/net/${table}`,
          'utf8',
        )
          .split('\n')
          .slice(1)) {
          const [, local, , state] = row.trim().split(/\s+/);
          if (state === '0A') ports.add(parseInt(local.split(':')[1], 16));
        }
      } catch {
        // The pod is gone.
      }
    }
    ports.delete(PROXY_PORT);
    return [...ports];
  }

  stop(): void {
    const child = this.#process;
    if (child && !hasEnded(child)) {
      const first = this.#pid ?? childOf(child.pid!);
      if (first) signal(first, 'SIGKILL');
      child.kill('SIGKILL');
    }
    rmSync(this.#socket, { force: true });
  }
}
