/**
 * Lays out what somebody wrote about their app, in `workers/markdown.js`. The thread that
 * all apps answer through never waits for it: a text that takes longer than its time is shown
 * as it was written.
 */
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { LRUCache } from 'lru-cache';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { escape } from '../renderPage';

/** Longest text that is shown, in UTF-16 code units. */
const LENGTH_LIMIT = 65_536;
/** How long one text may take to be laid out, in milliseconds. */
const TIME_LIMIT_MS = 50;
/** How long the thread may take to start, in milliseconds; it is started once. */
const START_LIMIT_MS = 10_000;
/** Texts that wait for the thread. */
const WAITING_LIMIT = 20;
/** Texts that are kept as they were laid out. */
const KEPT = 100;
/** A text that took too long is tried again after this long, in milliseconds: the machine may have been busy. */
const RETRY_MS = 30_000;

/** A text as it was written. */
function asWritten(text: string): string {
  return `<p class="plain">${escape(text)}</p>\n`;
}

/** Renders Markdown in a thread of its own, in bounded time. */
export class Markdown {
  readonly #limitMs: number;
  readonly #rendered = new LRUCache<string, string>({ max: KEPT });
  #worker: Promise<Worker> | undefined;
  /** The text that is laid out at the moment; those after it wait. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: { limitMs?: number } = {}) {
    this.#limitMs = options.limitMs ?? TIME_LIMIT_MS;
  }

  /** The HTML of a text. What is too long ends with an ellipsis. */
  async layOut(text: string): Promise<string> {
    const shown =
      text.length > LENGTH_LIMIT ? `${text.slice(0, LENGTH_LIMIT)}\n\n…` : text;
    const known = this.#rendered.get(shown);
    if (known !== undefined) return known;
    if (this.#waiting >= WAITING_LIMIT) return asWritten(shown);
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#render(shown));
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #render(shown: string): Promise<string> {
    const known = this.#rendered.get(shown);
    if (known !== undefined) return known;
    const html = await this.#ask(shown);
    this.#rendered.set(shown, html ?? asWritten(shown), {
      ttl: html === undefined ? RETRY_MS : 0,
    });
    return html ?? asWritten(shown);
  }

  /** Undefined where the thread did not answer in time; another one takes its place. */
  async #ask(text: string): Promise<string | undefined> {
    try {
      this.#worker ??= start();
      const worker = await this.#worker;
      worker.postMessage(text);
      return (await answer(worker, this.#limitMs)).html;
    } catch {
      this.close();
      return undefined;
    }
  }

  close(): void {
    this.#worker?.then(
      worker => worker.terminate(),
      () => {},
    );
    this.#worker = undefined;
  }
}

async function start(): Promise<Worker> {
  const worker = new Worker(
    resolvePackagePath(
      '@ai-app-store/backstage-plugin-app-store-gateway-backend',
      'workers/markdown.js',
    ),
    // It needs nothing of this process; a text cannot fill its memory either.
    { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 64 } },
  );
  worker.unref();
  // What goes wrong in it is told to who waits for an answer.
  worker.on('error', () => {});
  await answer(worker, START_LIMIT_MS);
  return worker;
}

/** The next message of a thread, where it comes in time. */
async function answer(
  worker: Worker,
  limitMs: number,
): Promise<{ html?: string }> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limitMs);
  const { signal } = late;
  try {
    // Rejects where the thread fails.
    const [message] = await Promise.race([
      once(worker, 'message', { signal }),
      once(worker, 'exit', { signal }).then(() => {
        throw new Error('the thread ended');
      }),
    ]);
    return message;
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}
