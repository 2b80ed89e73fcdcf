/**
 * What the gateway asks of the store: a stream of its route table, and who may
 * open an instance. For the gateway's own service identity only.
 */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import type Router from 'express-promise-router';
import { z } from 'zod';
import type { RoleResolver } from '../identity/RoleResolver';
import type { InstanceService } from '../service/InstanceService';
import type { RouteFeed } from '../service/RouteFeed';
import type { EventStreams } from './EventStreams';
import { assertPlugin } from './pluginOnly';

const GATEWAY = 'app-store-gateway';

export function addGatewayRoutes(
  router: ReturnType<typeof Router>,
  options: {
    httpAuth: HttpAuthService;
    roles: RoleResolver;
    instances: InstanceService;
    routes: RouteFeed;
    streams: EventStreams;
  },
): void {
  const { httpAuth, roles, instances, routes, streams } = options;

  router.get('/v1/gateway/routes', async (request, response) => {
    await assertPlugin(httpAuth, request, GATEWAY);
    const events = streams.open(request, response);
    // What changes while the snapshot is read comes after it.
    const early: Array<() => void> = [];
    let open = false;
    events.onEnd(
      routes.subscribe(change => {
        const send = () =>
          events.send(
            change.route ? 'route' : 'gone',
            change.route ?? { id: change.id },
          );
        if (open) send();
        else early.push(send);
      }),
    );
    events.send('snapshot', await routes.snapshot());
    open = true;
    early.forEach(send => send());
  });

  router.post('/v1/gateway/admission', async (request, response) => {
    await assertPlugin(httpAuth, request, GATEWAY);
    const body = z
      .object({
        instanceId: z.string().max(63),
        userEntityRef: z.string().max(255).optional(),
      })
      .parse(request.body);
    const actor = body.userEntityRef
      ? await roles.resolve(body.userEntityRef)
      : undefined;
    const decision = await instances.admission(actor, body.instanceId);
    response.json({
      found: Boolean(decision),
      ...decision,
      displayName: actor?.displayName,
      roles: actor?.roles,
    });
  });
}
