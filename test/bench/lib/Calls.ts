/** Calls of the store to a Kubernetes API, counted where Node.js makes them. */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** What the store asks of the cluster, by verb; told by Node.js itself. */
export class Calls {
  #counts = new Map<string, number>();
  conflicts = 0;

  constructor() {
    subscribe('http.client.request.start', message => {
      const { request } = message as { request: ClientRequest };
      if (request.getHeader('user-agent') !== 'ai-app-store') return;
      const url = new URL(request.path, 'http://x');
      const isWatch = url.searchParams.get('watch') === 'true';
      const isList =
        request.method === 'GET' && !/\/[is]-[0-9a-f-]+$/.test(url.pathname);
      let verb = request.method;
      if (isWatch) verb = 'watch';
      else if (isList) verb = 'list';
      this.#counts.set(verb, (this.#counts.get(verb) ?? 0) + 1);
    });
    subscribe('http.client.response.finish', message => {
      const { response } = message as { response: IncomingMessage };
      if (response.statusCode === 409) this.conflicts += 1;
    });
  }

  reset(): void {
    this.#counts = new Map();
    this.conflicts = 0;
  }

  of(...verbs: string[]): number {
    return verbs.reduce((sum, verb) => sum + (this.#counts.get(verb) ?? 0), 0);
  }

  toString(): string {
    return [...this.#counts].map(([verb, n]) => `${verb} ${n}`).join(', ');
  }
}
