/**
 * Server-sent events that end when the backend is asked to shut down (it would
 * wait for them otherwise) and send a sign of life now and then.
 */
import type { Request, Response } from 'express';
import { StoreError } from '../errors/StoreError';

const HEARTBEAT_MS = 20_000;
/** Between two looks whether somebody may still read what they read; see RoleResolver's cache. */
const RENEW_MS = 15_000;

/** One open stream. */
export interface EventStream {
  /** @param id - what a reader that comes back sends as `Last-Event-ID` */
  send(event: string, data: unknown, id?: string): void;
  /** Resolves once the reader has taken what was sent, or is gone: for what comes faster than it is read. */
  drained(): Promise<void>;
  end(): void;
  /** Calls back when the stream ends, whoever ends it. */
  onEnd(listener: () => void): void;
}

/** Said of who asks: not that nobody could be asked. */
function isRefusal(error: Error): boolean {
  return error instanceof StoreError
    ? [401, 403, 404].includes(error.status)
    : ['AuthenticationError', 'NotAllowedError'].includes(error.name);
}

/** Opens event streams, and ends all of them at shutdown. */
export class EventStreams {
  readonly #open = new Set<Response>();
  readonly #renewMs: number;
  #ending = false;

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
    this.#take(response);
    const listeners: Array<() => void> = [];
    let ended = false;
    const write = (text: string) => {
      if (ended || response.writableEnded || response.destroyed) return;
      response.write(text);
      flush();
    };
    const timer = setInterval(() => write(': alive\n\n'), HEARTBEAT_MS);
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
      send: (event, data, id) =>
        write(
          `event: ${event}\n${
            id === undefined ? '' : `id: ${id}\n`
          }data: ${JSON.stringify(data)}\n\n`,
        ),
      drained: () =>
        new Promise(done => {
          if (ended || !response.writableNeedDrain) {
            done();
            return;
          }
          const over = () => {
            response.off('drain', over).off('close', over);
            done();
          };
          response.on('drain', over).on('close', over);
        }),
      end: () => response.end(),
      onEnd: listener => listeners.push(listener),
    };
  }

  /** Has {@link endAll} end a response that is no event stream, too. */
  track(response: Response): void {
    this.#take(response);
    response.on('close', () => this.#open.delete(response));
  }

  #take(response: Response): void {
    this.#open.add(response);
    // Requests are served until the backend has ended, and this one would hold that up.
    if (this.#ending) setImmediate(() => response.end());
  }

  /**
   * Asks now and then whether the reader may go on, and breaks the response off where
   * that is refused: who reads is told that it did not come to its end. Where nobody
   * can be asked, it goes on until the next time.
   */
  whileAllowed(response: Response, ask: () => Promise<unknown>): void {
    const timer = setInterval(() => {
      ask().catch(error => {
        if (isRefusal(error)) response.destroy();
      });
    }, this.#renewMs);
    response.on('close', () => clearInterval(timer));
    if (response.destroyed) clearInterval(timer);
  }

  /** Ends all streams; their readers come back to the next process. */
  endAll(): void {
    this.#ending = true;
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
