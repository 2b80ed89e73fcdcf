/**
 * Ends the portal's server within seconds of SIGTERM: requests that are under way have their time,
 * and nothing else holds it up. Backstage waits for whatever is open: browsers' WebSockets, and the
 * event bus, whose requests wait for most of a minute.
 */
import type {
  LoggerService,
  RootLifecycleService,
} from '@backstage/backend-plugin-api';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What is under way when the portal is told to end has this long, in milliseconds. */
const GRACE_MS = 7000;
/** Answers that have begun, and wait for an event to end: they lose nothing. */
const WAITS = /^\/api\/events\/bus\/v1\/subscriptions\/[^/]+\/events/;

/** See the module's comment. */
export function drainAtShutdown(options: {
  server: Server;
  lifecycle: RootLifecycleService;
  logger: LoggerService;
  graceMs?: number;
}): void {
  const { server, lifecycle, logger, graceMs = GRACE_MS } = options;
  const open = new Map<ServerResponse, IncomingMessage>();
  const sockets = new Set<Duplex>();
  const upgraded = new Set<Duplex>();
  let ending = false;
  const keep = (set: Set<Duplex>) => (socket: Duplex) => {
    set.add(socket);
    socket.once('close', () => set.delete(socket));
  };
  server.on('connection', keep(sockets));
  server.on('upgrade', (_, socket) => keep(upgraded)(socket));
  server.prependListener('request', (request, response) => {
    // Its next request goes to a replica that stays.
    if (ending) response.setHeader('connection', 'close');
    open.set(response, request);
    response.once('close', () => open.delete(response));
  });
  lifecycle.addBeforeShutdownHook(() => {
    ending = true;
    upgraded.forEach(socket => socket.destroy());
    for (const [response, request] of open)
      if (response.headersSent && WAITS.test(request.url ?? ''))
        response.destroy();
    setTimeout(() => {
      if (open.size)
        logger.warn(
          `${open.size} requests were still under way after ${graceMs} ms and were ended`,
        );
      sockets.forEach(socket => socket.destroy());
    }, graceMs).unref();
  });
}
