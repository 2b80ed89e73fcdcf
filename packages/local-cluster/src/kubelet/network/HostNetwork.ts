/** Where pods share the machine's network: each port is another one there, of which the app is told in `PORT`. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { HOST_ALIAS, type PodNetwork } from './PodNetwork';

async function freePort(): Promise<number> {
  const server = createServer();
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
