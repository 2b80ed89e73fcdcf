/** A pod's address on this machine: whoever connects to one of its ports is joined to the pod's network. */
import {
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import type { PodNetwork } from './network/PodNetwork';

/** Listens on the address of one pod. */
export class PodPorts {
  readonly #address: string;
  readonly #network: PodNetwork;
  readonly #servers: Server[] = [];
  readonly #clients = new Set<Socket>();

  constructor(options: { address: string; network: PodNetwork }) {
    this.#address = options.address;
    this.#network = options.network;
  }

  /**
   * Listens for each of the ports.
   *
   * @returns where a port is already in use (one address for all pods), the one in its place
   */
  async listen(ports: Iterable<number>): Promise<Map<number, number>> {
    const moved = new Map<number, number>();
    for (const port of ports) {
      const server = createServer(
        { allowHalfOpen: true, pauseOnConnect: true },
        client => this.#join(client, port),
      );
      this.#servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', error => {
          if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
            server.listen(0, this.#address, resolve);
          else reject(error);
        });
        server.listen(port, this.#address, resolve);
      });
      const actual = (server.address() as AddressInfo).port;
      if (actual !== port) moved.set(port, actual);
    }
    return moved;
  }

  async #join(client: Socket, port: number): Promise<void> {
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    client.on('error', () => client.destroy());
    try {
      const upstream = await this.#network.dial(port);
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
      if (client.destroyed) upstream.destroy();
      client.pipe(upstream);
      upstream.pipe(client);
    } catch {
      client.resetAndDestroy();
    }
  }

  /** Stops, cutting off who is connected. */
  async close(): Promise<void> {
    const closed = this.#servers.map(
      server => new Promise(resolve => server.close(resolve)),
    );
    this.#clients.forEach(client => client.destroy());
    await Promise.all(closed);
  }
}
