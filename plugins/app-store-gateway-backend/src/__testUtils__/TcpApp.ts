/** An app that speaks HTTP as a test wants it: well, badly, or not at all. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** One connection to the app. */
export interface AppConnection {
  socket: Socket;
  /** Heads of requests that came over it. */
  heads: string[];
}

/** An app that answers with whatever bytes a test wants. */
export class TcpApp {
  readonly #server: Server;
  /** All connections, closed ones too. */
  readonly connections: AppConnection[] = [];
  port = 0;

  /**
   * @param serve - is called with each head that came whole
   */
  static async start(
    serve: (connection: AppConnection, head: string) => void | Promise<void>,
  ): Promise<TcpApp> {
    const app = new TcpApp(serve);
    app.#server.listen(0, '127.0.0.1');
    await once(app.#server, 'listening');
    app.port = (app.#server.address() as { port: number }).port;
    return app;
  }

  private constructor(
    serve: (connection: AppConnection, head: string) => void | Promise<void>,
  ) {
    this.#server = createServer(socket => {
      const connection: AppConnection = { socket, heads: [] };
      this.connections.push(connection);
      let buffered = '';
      socket.on('error', () => {});
      socket.setEncoding('latin1').on('data', chunk => {
        buffered += chunk;
        for (;;) {
          const end = buffered.indexOf('\r\n\r\n');
          if (end < 0) return;
          const head = buffered.slice(0, end);
          buffered = buffered.slice(end + 4);
          connection.heads.push(head);
          void serve(connection, head);
        }
      });
    });
  }

  /** Connections that are open. */
  get open(): number {
    return this.connections.filter(({ socket }) => !socket.destroyed).length;
  }

  stop(): void {
    this.connections.forEach(({ socket }) => socket.destroy());
    this.#server.close();
  }
}

/** An answer with a body. */
export function ok(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${Buffer.byteLength(
    body,
  )}\r\n\r\n${body}`;
}
