/**
 * How a pod's ports are reached: through a relay inside the pod's own network, or,
 * where pods share the machine's network, on another port that the app is told
 * in `PORT`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The port of the outward proxy inside a pod's network. */
const PROXY_PORT = 3128;
/** After a network was taken the next spare one is made this much later. */
const REFILL_MS = 1500;
/** The name under which pods reach services of this machine. */
export const HOST_ALIAS = 'host.local-cluster.internal';

/** One pod's network. */
export interface PodNetwork {
  start(): Promise<void>;
  /** Opens a connection to a port of the pod; rejects where nothing listens there. */
  dial(port: number): Promise<Socket>;
  /** The words before a command that bring it into the network. */
  readonly enter: string[];
  /** Changes a container's environment so that it fits the network. */
  environment(env: Record<string, string>): Record<string, string>;
  /** The ports that listen inside, as far as that can be seen. */
  listening(): number[];
  stop(): void;
}

/**
 * Keeps one isolated network ready: making one takes longer than anything else
 * before a pod's first process.
 */
export class NetworkPool {
  readonly #make: () => IsolatedNetwork;
  #spare: IsolatedNetwork | undefined;
  #closed = false;

  constructor(make: () => IsolatedNetwork) {
    this.#make = make;
  }

  /** Makes the spare one, where there is none. */
  fill(): void {
    if (this.#spare || this.#closed) return;
    this.#spare = this.#make();
    this.#spare.start().catch(() => {});
  }

  /** A network, ready or about to be; its `start` says which. */
  take(): PodNetwork {
    const network = this.#spare ?? this.#make();
    this.#spare = undefined;
    // Not while the pod starts: the next one would compete with it.
    setTimeout(() => this.fill(), REFILL_MS).unref();
    return network;
  }

  close(): void {
    this.#closed = true;
    this.#spare?.stop();
  }
}

/** The host id of the first process in the namespaces that `unshare --fork` made. */
export function childOf(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')[0];
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

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
        'ip link set lo up && exec "$@"',
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

  async dial(port: number): Promise<Socket> {
    const socket = connect({ path: this.#socket, allowHalfOpen: true });
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    socket.write(`${port}\n`);
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
    if (this.#pid) {
      try {
        process.kill(this.#pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }
    this.#process?.kill('SIGKILL');
    rmSync(this.#socket, { force: true });
  }
}

async function freePort(): Promise<number> {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The machine's network; each container port is mapped to a free one. */
export class HostNetwork implements PodNetwork {
  readonly #ports: number[];
  readonly #mapped = new Map<number, number>();
  readonly enter: string[] = [];

  constructor(options: { ports: number[] }) {
    this.#ports = options.ports;
  }

  async start(): Promise<void> {
    for (const port of this.#ports) this.#mapped.set(port, await freePort());
  }

  async dial(port: number): Promise<Socket> {
    const socket = connect({
      port: this.#mapped.get(port) ?? port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  }

  environment(env: Record<string, string>): Record<string, string> {
    const out = { ...env };
    for (const [name, value] of Object.entries(out))
      out[name] = value.replaceAll(HOST_ALIAS, '127.0.0.1');
    const mapped = this.#mapped.get(Number(out.PORT));
    if (mapped) out.PORT = String(mapped);
    return out;
  }

  listening(): number[] {
    return [];
  }

  stop(): void {
    this.#mapped.clear();
  }
}
