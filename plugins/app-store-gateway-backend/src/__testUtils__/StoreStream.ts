/** The stream of a store, as a test tells it. */
import type { RouteTable } from '../routing/RouteTable';

/** What a store tells a gateway, one thing after the other. */
export class StoreStream {
  readonly #stream = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#stream.writable.getWriter();
  #told = 0;

  /** The answer to the gateway's question for its routes. */
  response(): Response {
    return new Response(this.#stream.readable);
  }

  /** The store tells something; the table has taken it in when this is over. */
  async tell(routes: RouteTable, event: string, data: unknown): Promise<void> {
    this.#told += 1;
    // An instance that never was, and so changes nothing: things are taken in one after the other.
    const marker = `told-${this.#told}`;
    const heard = new Promise<void>(resolve => {
      const unsubscribe = routes.onChange(id => {
        if (id !== marker) return;
        unsubscribe();
        resolve();
      });
    });
    await this.#write(event, data);
    await this.#write('gone', { id: marker });
    await heard;
  }

  #write(event: string, data: unknown): Promise<void> {
    return this.#writer.write(
      new TextEncoder().encode(
        `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      ),
    );
  }
}
