/**
 * Ends the portal's server within seconds of SIGTERM: requests that are under way have their time
 * before anything they stand on is closed, and nothing else holds it up. Backstage waits for
 * whatever is open: browsers' WebSockets, and the event bus, whose requests wait for most of a minute.
 * Meanwhile readiness is refused, and what comes nonetheless is served: parts of the portal ask
 * each other for what is under way.
 */
import type {
  LoggerService,
  RootLifecycleService,
} from '@backstage/backend-plugin-api';
import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is under way when the portal is told to end has this long, in milliseconds. */
const GRACE_MS = 7000;
/** Between two looks whether it is over, in milliseconds. */
const LOOK_MS = 50;
/** Answers that have begun, and wait for an event to end: they lose nothing. */
const WAITS = /^\/api\/events\/bus\/v1\/subscriptions\/[^/]+\/events/;

/** Ends the server within `graceMs` after SIGTERM: running requests may finish, all other connections are closed. */
export function drainAtShutdown(options: {
  server: Server;
  lifecycle: RootLifecycleService;
  logger: LoggerService;
  graceMs?: number;
}): void {
  const { server, lifecycle, logger, graceMs = GRACE_MS } = options;
  /** With their addresses: routers shorten those of requests. */
  const open = new Map<ServerResponse, string>();
  const sockets = new Set<Duplex>();
  const upgraded = new Set<Duplex>();
  let ending = false;
  const keep = (set: Set<Duplex>, socket: Duplex) => {
    set.add(socket);
    socket.once('close', () => set.delete(socket));
  };
  const waits = (response: ServerResponse) =>
    response.headersSent && WAITS.test(open.get(response)!);
  const underWay = () => [...open.keys()].filter(each => !waits(each)).length;
  server.on('connection', socket => keep(sockets, socket));
  server.on('upgrade', (_, socket) => {
    keep(upgraded, socket);
    if (ending) socket.destroy();
  });
  server.prependListener('request', (request, response) => {
    // Its next request goes to a replica that stays.
    if (ending) response.setHeader('connection', 'close');
    open.set(response, request.url ?? '');
    response.once('close', () => open.delete(response));
  });
  // Backstage waits for this before it ends plugins.
  lifecycle.addBeforeShutdownHook(async () => {
    ending = true;
    upgraded.forEach(socket => socket.destroy());
    for (const response of open.keys()) if (waits(response)) response.destroy();
    const until = performance.now() + graceMs;
    while (underWay() && performance.now() < until) await sleep(LOOK_MS);
    if (!underWay()) return;
    logger.warn(
      `${underWay()} requests were still under way after ${graceMs} ms and were ended`,
    );
    sockets.forEach(socket => socket.destroy());
  });
  // What came since then is not waited for.
  lifecycle.addShutdownHook(() => sockets.forEach(socket => socket.destroy()));
}
