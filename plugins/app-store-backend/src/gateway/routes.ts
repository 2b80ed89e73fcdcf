/**
 * What the gateway asks of the store: a stream of its route table, and who may
 * open an instance. For the gateway's own service identity only.
 */
import type { Request } from 'express';
import type { RoleResolver } from '../auth/RoleResolver';
import type { InstanceService } from '../instances/InstanceService';
import type { LaunchReceipts } from '../instances/launches/LaunchReceipts';
import type { RouteChange, RouteFeed } from './RouteFeed';
import type { EventStreams } from '../http/EventStreams';
import type { HandlersOf } from '../http/operations';

/** Between two hashes of the table, in milliseconds: a gateway whose table differs asks for a snapshot. */
const HASH_MS = 30_000;

/** What the handlers stand on. */
export interface GatewayHandlerOptions {
  roles: RoleResolver;
  instances: InstanceService;
  routes: RouteFeed;
  streams: EventStreams;
  receipts: Pick<LaunchReceipts, 'noteFirstBytes'>;
  /** What seals the gateway's keys. */
  gatewaySecret(): Promise<string>;
}

export function gatewayHandlers(
  options: GatewayHandlerOptions,
): HandlersOf<
  'watchRoutes' | 'decideAdmission' | 'getKeySecret' | 'noteFirstBytes'
> {
  const { roles, instances, routes, streams } = options;
  return {
    async watchRoutes(request, response) {
      const { 'last-event-id': last } = request.headers;
      const events = streams.open(request as unknown as Request, response);
      // Whoever comes back with a position has had all that came before it.
      const send = (change: RouteChange, position?: number) => {
        const id = position === undefined ? undefined : String(position);
        if (change.kind === 'access') events.send('access', {}, id);
        // The gateway comes back without a position, and gets a snapshot.
        else if (change.kind === 'missed') events.end();
        else if (change.value) events.send(change.kind, change.value, id);
        else if (change.kind === 'route')
          events.send('gone', { id: change.key }, id);
        else events.send('alias-gone', { name: change.key }, id);
      };
      // What changes while the first part is read comes after it.
      const early: Array<[RouteChange, number]> = [];
      let open = false;
      events.onEnd(
        routes.subscribe(change => {
          if (open) send(change, routes.position);
          else early.push([change, routes.position]);
        }),
      );
      const resumed = /^\d{1,15}$/.test(String(last))
        ? await routes.since(Number(last))
        : undefined;
      if (resumed) {
        const { changes, position } = resumed;
        changes.forEach((change, index) =>
          send(change, index === changes.length - 1 ? position : undefined),
        );
      } else {
        const { position, ...table } = await routes.snapshot();
        events.send('snapshot', table, String(position));
      }
      open = true;
      early.forEach(([change, position]) => send(change, position));
      const timer = setInterval(() => {
        const { hash } = routes;
        if (hash) events.send('hash', { hash }, String(routes.position));
      }, HASH_MS);
      events.onEnd(() => clearInterval(timer));
    },

    async noteFirstBytes(request, response) {
      await options.receipts.noteFirstBytes(request.body.items);
      response.status(204).end();
    },

    async getKeySecret(_, response) {
      response.set('cache-control', 'no-store');
      response.json({ secret: await options.gatewaySecret() });
    },

    async decideAdmission(request, response) {
      const { instanceId, userEntityRef } = request.body;
      const actor = userEntityRef
        ? await roles.resolve(userEntityRef)
        : undefined;
      const decision = await instances.admission(actor, instanceId);
      const known = actor?.known ?? true;
      response.json({
        found: Boolean(decision),
        // Nobody is let in under the name of somebody who is gone, not even to what is PUBLIC.
        allowed: decision && decision.allowed && known,
        rule: decision && (known ? decision.rule : '2.1 known person'),
        displayName: actor?.displayName,
        roles: actor?.roles,
        known,
        holdsForMs: actor?.holdsForMs,
      });
    },
  };
}
