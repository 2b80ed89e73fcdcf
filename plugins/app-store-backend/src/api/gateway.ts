/**
 * What the gateway asks of the store: a stream of its route table, and who may
 * open an instance. For the gateway's own service identity only.
 */
import type { Request } from 'express';
import type { RoleResolver } from '../identity/RoleResolver';
import type { InstanceService } from '../service/instances/InstanceService';
import type { RouteFeed } from '../service/instances/RouteFeed';
import type { EventStreams } from './EventStreams';
import type { HandlersOf } from './operations';

/** What the handlers stand on. */
export interface GatewayHandlerOptions {
  roles: RoleResolver;
  instances: InstanceService;
  routes: RouteFeed;
  streams: EventStreams;
  /** What seals the gateway's keys. */
  gatewaySecret(): Promise<string>;
}

export function gatewayHandlers(
  options: GatewayHandlerOptions,
): HandlersOf<'watchRoutes' | 'decideAdmission' | 'getKeySecret'> {
  const { roles, instances, routes, streams } = options;
  return {
    async watchRoutes(request, response) {
      const events = streams.open(request as unknown as Request, response);
      // What changes while the snapshot is read comes after it.
      const early: Array<() => void> = [];
      let open = false;
      const names = { route: 'id', alias: 'name' } as const;
      events.onEnd(
        routes.subscribe(change => {
          const send = () => {
            if (change.kind === 'access') events.send('access', {});
            else if (change.value) events.send(change.kind, change.value);
            else
              events.send(change.kind === 'route' ? 'gone' : 'alias-gone', {
                [names[change.kind]]: change.key,
              });
          };
          if (open) send();
          else early.push(send);
        }),
      );
      events.send('snapshot', await routes.snapshot());
      open = true;
      early.forEach(send => send());
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
