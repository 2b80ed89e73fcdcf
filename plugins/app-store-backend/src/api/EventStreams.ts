/**
 * Server-sent events that end when the backend is asked to shut down (it would
 * wait for them otherwise) and send a sign of life now and then.
 */
import type { Request, Response } from 'express';

const HEARTBEAT_MS = 20_000;
/** Between two looks whether somebody may still read what they read. */
const RENEW_MS = 60_000;

/** One open stream. */
export interface EventStream {
  send(event: string, data: unknown): void;
  end(): void;
  /** Calls back when the stream ends, whoever ends it. */
  onEnd(listener: () => void): void;
}

/** See the module's comment. */
export class EventStreams {
  readonly #open = new Set<Response>();
  readonly #renewMs: number;

  constructor(options: { renewMs?: number } = {}) {
    this.#renewMs = options.renewMs ?? RENEW_MS;
  }

  open(
    request: Pick<Request, 'on' | 'destroyed'>,
    response: Response,
  ): EventStream {
    response.status(200).set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const flush = () =>
      (response as Response & { flush?: () => void }).flush?.();
    response.write(': open\n\n');
    flush();
    this.#open.add(response);
    const timer = setInterval(() => {
      response.write(': alive\n\n');
      flush();
    }, HEARTBEAT_MS);
    const listeners: Array<() => void> = [];
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      this.#open.delete(response);
      listeners.forEach(listener => listener());
    };
    request.on('close', end);
    response.on('close', end);
    // The reader may have left before there was anything to close.
    if (request.destroyed || response.destroyed) setImmediate(end);
    return {
      send(event, data) {
        if (ended) return;
        response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
        flush();
      },
      end: () => response.end(),
      onEnd: listener => listeners.push(listener),
    };
  }

  /** Has {@link endAll} end a response that is no event stream, too. */
  track(response: Response): void {
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
  }

  /** Asks now and then whether the reader may go on, and ends the response where that is refused. */
  whileAllowed(response: Response, ask: () => Promise<unknown>): void {
    const timer = setInterval(() => {
      ask().catch(() => response.end());
    }, this.#renewMs);
    response.on('close', () => clearInterval(timer));
    if (response.destroyed) clearInterval(timer);
  }

  /** Ends all streams; their readers come back to the next process. */
  endAll(): void {
    for (const response of this.#open) response.end();
  }
}

/** Collects the ids of one turn of the event loop and hands them on together. */
export function settled(work: (ids: string[]) => void): (id: string) => void {
  const ids = new Set<string>();
  return id => {
    ids.add(id);
    if (ids.size > 1) return;
    setImmediate(() => {
      const all = [...ids];
      ids.clear();
      work(all);
    });
  };
}
