/**
 * Faults, to test how clients handle failures. They are switched while the cluster runs (`GET`,
 * `PUT` and `DELETE /local-cluster/faults`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { methodNotAllowed, StatusError } from '../registry/errors';
import { readBytes } from '../server/body';
import { reply } from '../server/reply';
import { checkedFaults, readFaults, type Fault } from './readFaults';

const PATH = '/local-cluster/faults';
/** The longest list of faults, in bytes. */
const BODY_LIMIT = 64 * 1024;

/** What faults act on beside a single request. */
export interface FaultTargets {
  /** Forgets what lists were. */
  compact(): void;
  /** Forgets what watches could start from. */
  forget(): void;
  /** Cuts off every connection. */
  cutConnections(): void;
  /** Serves an expired certificate, or the valid one again. */
  useExpiredCertificate(isExpired: boolean): Promise<void>;
  /** Cuts the node off from the API, or connects it again. */
  loseNode(isLost: boolean): void;
  /** Fails pulls of images, or has them take their time. */
  setPulls(pulls: { failing?: string; slowMs?: number }): void;
  /** Leaves this much of the node to pods. */
  setAllocatable(allocatable: Record<string, string> | undefined): void;
}

/** The faults that are in force. */
export class Faults {
  #faults: Fault[];
  #targets: FaultTargets | undefined;
  readonly #watches = new Set<ServerResponse>();
  readonly #silent: ServerResponse[] = [];

  constructor(faults: Fault[] = []) {
    this.#faults = checkedFaults(faults);
  }

  /** Has them act, from now on. */
  async connect(targets: FaultTargets): Promise<void> {
    this.#targets = targets;
    await this.#act([]);
  }

  /** @throws StatusError 400 that names what is wrong */
  async set(faults: Fault[]): Promise<void> {
    const before = this.#faults;
    this.#faults = checkedFaults(faults);
    await this.#act(before);
  }

  /** What is not about one request. */
  async #act(before: Fault[]): Promise<void> {
    const targets = this.#targets;
    if (!targets) return;
    const has = (faults: Fault[], key: keyof Fault) =>
      faults.some(fault => fault[key]);
    const find = <K extends keyof Fault>(key: K) =>
      this.#faults.find(fault => fault[key])?.[key];
    if (find('compact') && !has(before, 'compact')) targets.compact();
    if (find('forget') && !has(before, 'forget')) targets.forget();
    if (
      has(before, 'expiredCertificate') !==
      has(this.#faults, 'expiredCertificate')
    )
      await targets.useExpiredCertificate(
        has(this.#faults, 'expiredCertificate'),
      );
    if (has(before, 'nodeLost') !== has(this.#faults, 'nodeLost'))
      targets.loseNode(has(this.#faults, 'nodeLost'));
    targets.setPulls({
      failing: find('failPulls'),
      slowMs: find('slowPullMs'),
    });
    targets.setAllocatable(find('allocatable'));
    if (find('dropConnections') && !has(before, 'dropConnections'))
      targets.cutConnections();
    if (find('dropWatches') && !has(before, 'dropWatches'))
      for (const watch of this.#watches) watch.destroy();
    if (has(this.#faults, 'halfOpenWatches'))
      this.#watches.forEach(watch => this.#silence(watch));
    // What they missed they cannot be told.
    else for (const watch of this.#silent.splice(0)) watch.destroy();
  }

  /** A watch that has begun. */
  watching(response: ServerResponse): void {
    if (response.destroyed) return;
    this.#watches.add(response);
    response.once('close', () => this.#watches.delete(response));
    if (this.#faults.some(fault => fault.halfOpenWatches))
      this.#silence(response);
  }

  /** Nothing comes on a watch any more, and nothing says so, its end included. */
  #silence(response: ServerResponse): void {
    response.write = () => true;
    response.end = () => response;
    this.#silent.push(response);
  }

  #matching(request: IncomingMessage, url: URL): Fault[] {
    return this.#faults.filter(
      ({ times, match = {} }) =>
        times !== 0 &&
        (!match.method || match.method === request.method) &&
        (!match.path || new RegExp(match.path).test(url.pathname)) &&
        (match.watch === undefined ||
          match.watch ===
            ['1', 'true'].includes(url.searchParams.get('watch') ?? '')) &&
        (!match.userAgent ||
          new RegExp(match.userAgent).test(
            request.headers['user-agent'] ?? '',
          )),
    );
  }

  /**
   * Applies faults to one request.
   *
   * @returns whether it has its answer, or gets none
   * @throws StatusError the one that is asked for
   */
  async applyTo(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<boolean> {
    if (url.pathname === PATH || !this.#faults.length) return false;
    for (const fault of this.#matching(request, url)) {
      const { latencyMs, status, retryAfterSeconds, drop } = fault;
      if (latencyMs === undefined && status === undefined && !drop) continue;
      if (fault.times !== undefined) fault.times--;
      if (latencyMs) await sleep(latencyMs);
      if (drop) {
        response.destroy();
        return true;
      }
      if (status !== undefined) throw failure(status, retryAfterSeconds);
    }
    return false;
  }

  /** Serves the switch itself. @throws StatusError 400, 405 */
  async serve(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    if (path !== PATH) return false;
    if (request.method === 'PUT')
      await this.set(readFaults(String(await readBytes(request, BODY_LIMIT))));
    else if (request.method === 'DELETE') await this.set([]);
    else if (request.method !== 'GET') throw methodNotAllowed();
    reply(response, 200, { faults: this.#faults });
    return true;
  }
}

const REASONS: Record<number, [string, string]> = {
  429: ['TooManyRequests', 'too many requests, please try again later.'],
  500: [
    'InternalError',
    'Internal error occurred: etcdserver: request timed out',
  ],
  503: [
    'ServiceUnavailable',
    'the server is currently unable to handle the request',
  ],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted',
  ],
};

function failure(status: number, retryAfterSeconds?: number): StatusError {
  const [reason, message] = REASONS[status] ?? [
    'Unknown',
    `a fault of ${status}`,
  ];
  return new StatusError(status, reason, message, {
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  });
}
