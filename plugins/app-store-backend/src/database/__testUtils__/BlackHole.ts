/** A network between two programs that may swallow all that is sent, and say nothing of it. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export class BlackHole {
  readonly #sockets = new Set<Socket>();
  #swallows = false;
  readonly #server = createServer(client => {
    if (this.#swallows) {
      client.destroy();
      return;
    }
    const target = connect(this.#target);
    this.#join(client, target);
    this.#join(target, client);
  });
  readonly #target: { host: string; port: number };

  /** @param target - where it leads, as long as it does */
  constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    const pass = (act: () => void) => () => this.#sockets.has(from) && act();
    from.on('data', chunk => pass(() => to.write(chunk))());
    from.on(
      'close',
      pass(() => to.destroy()),
    );
    from.on('error', () => {});
  }

  /** @returns the port */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Present connections lead nowhere from now on, and there are no new ones until {@link restore}. */
  swallow(): void {
    this.#swallows = true;
    this.#sockets.clear();
  }

  restore(): void {
    this.#swallows = false;
  }

  async close(): Promise<void> {
    this.#sockets.forEach(socket => socket.destroy());
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
