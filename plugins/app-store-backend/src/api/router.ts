/** The REST API. It reads requests and writes answers; the rules are in the services. */
import type {
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import express, { type Request } from 'express';
import Router from 'express-promise-router';
import { z } from 'zod';
import type { Callers } from '../identity/Callers';
import type { RoleResolver } from '../identity/RoleResolver';
import type { SignedInPeople } from '../identity/SignedInPeople';
import type { InstanceCluster } from '../processors/InstanceCluster';
import type { EnvironmentStore } from '../bundle/EnvironmentStore';
import type { AppContents } from '../service/AppContents';
import type { AppImport } from '../service/AppImport';
import type { AppService } from '../service/AppService';
import type { InstanceFeed } from '../service/InstanceFeed';
import type { InstanceService } from '../service/InstanceService';
import type { RouteFeed } from '../service/RouteFeed';
import type { SecretService } from '../service/SecretService';
import { StoreError } from '../service/StoreError';
import type { TokenService } from '../service/TokenService';
import { addAppRoutes } from './apps';
import type { EventStreams } from './EventStreams';
import { addGatewayRoutes } from './gateway';
import { addInstanceRoutes } from './instances';
import { addInternalRoutes } from './internal';
import { addLoginRoutes } from './login';
import { addPeopleRoutes } from './people';
import { problemHandler } from './problems';

/** Largest JSON body, in bytes: a secret and its frame. */
const JSON_LIMIT = 2 * 1024 * 1024;
const secretBody = z.object({
  data: z.record(z.string().max(253), z.string()),
});

/** What the API stands on. */
export interface RouterOptions {
  apps: AppService;
  imports: AppImport;
  contents: AppContents;
  environments: EnvironmentStore;
  instances: InstanceService;
  secrets: SecretService;
  roles: RoleResolver;
  people: SignedInPeople;
  callers: Callers;
  tokens: TokenService;
  routes: RouteFeed;
  feed: InstanceFeed;
  streams: EventStreams;
  cluster: InstanceCluster;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  bundleBytes: number;
  /** The page on which a person confirms the sign-in of a command line. */
  loginPage: string;
}

export function createRouter(options: RouterOptions): express.Router {
  const { callers, secrets, instances } = options;
  const router = Router();
  router.use(express.json({ limit: JSON_LIMIT }));
  const actorOf = (request: Request) => callers.actorOf(request);

  router.get('/v1/me', async (request, response) => {
    const actor = await actorOf(request);
    const { limit, running } = await instances.quota(actor);
    response.json({
      userEntityRef: actor.userEntityRef,
      displayName: actor.displayName,
      kind: actor.fullAccess ? 'full-access' : 'visitor',
      admin: actor.admin,
      roles: actor.roles,
      instanceLimit: limit,
      runningInstances: running,
    });
  });
  addLoginRoutes(router, {
    ...options,
    actorOf,
    tokenOf: request => callers.tokenOf(request),
  });
  addAppRoutes(router, { ...options, actorOf });
  addInstanceRoutes(router, { ...options, actorOf });

  router.get('/v1/secrets', async (request, response) => {
    response.json({ items: await secrets.list(await actorOf(request)) });
  });
  router.put('/v1/secrets/:name', async (request, response) => {
    response.json(
      await secrets.put(
        await actorOf(request),
        request.params.name,
        secretBody.parse(request.body).data,
      ),
    );
  });
  router.delete('/v1/secrets/:name', async (request, response) => {
    await secrets.delete(await actorOf(request), request.params.name);
    response.status(204).end();
  });

  addGatewayRoutes(router, options);
  addInternalRoutes(router, options);
  addPeopleRoutes(router, options);
  router.use(request => {
    throw new StoreError({
      status: 404,
      code: 'NOT_FOUND',
      message: `There is nothing at ${request.method} ${request.path}.`,
      owner: 'you',
      remedy: 'Check the address.',
    });
  });
  router.use(problemHandler(options.logger));
  return router;
}
