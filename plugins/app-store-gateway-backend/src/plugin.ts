/** Wires the gateway. */
import {
  coreServices,
  createBackendPlugin,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import express from 'express';
import Router from 'express-promise-router';
import { z } from 'zod';
import { Catalogue } from './catalogue/Catalogue';
import { readGatewayConfig } from './config';
import { GatewayServer } from './proxy/GatewayServer';
import { Admissions } from './routes/Admissions';
import { RouteTable, StoreClient } from './routes/RouteTable';
import { Assertions } from './signIn/Assertions';
import { HandOff } from './signIn/HandOff';
import { SessionStore } from './signIn/SessionStore';

const SWEEP_MS = 60_000;

/**
 * The gateway: a listener of its own, and the portal's side of signing in to an app.
 *
 * @public
 */
export const appStoreGatewayPlugin = createBackendPlugin({
  pluginId: 'app-store-gateway',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
      },
      async init({
        auth,
        config: rootConfig,
        database,
        discovery,
        httpAuth,
        httpRouter,
        lifecycle,
        logger,
      }) {
        const config = readGatewayConfig(rootConfig);
        const knex = await database.getClient();
        // SQLite otherwise waits for the disk twice at each write; a write-ahead log loses nothing by a crash either.
        if (String(knex.client.config.client).includes('sqlite'))
          await knex.raw('PRAGMA journal_mode = WAL');
        if (!database.migrations?.skip)
          await knex.migrate.latest({
            directory: resolvePackagePath(
              '@ai-app-store/backstage-plugin-app-store-gateway-backend',
              'migrations',
            ),
          });
        const sessions = new SessionStore(knex);
        const store = new StoreClient({ auth, discovery });
        const routes = new RouteTable({ store, logger });
        const handOff = await HandOff.create({
          sessions,
          portalUrl: config.portalUrl,
          appsUrl: config.appsUrl,
        });
        const assertions = await Assertions.create(sessions);
        const server = new GatewayServer({
          config,
          routes,
          admissions: new Admissions({ store, routes }),
          sessions,
          handOff,
          assertions,
          catalogue: new Catalogue({ store, portalUrl: config.portalUrl }),
          logger,
        });

        const router = Router();
        router.use(express.json());
        // A signed-in person's page brings the state of an app's host and gets the way in.
        router.post('/v1/tickets', async (request, response) => {
          const credentials = await httpAuth.credentials(request, {
            allow: ['user'],
          });
          const { state } = z
            .object({ state: z.string().max(16_384) })
            .parse(request.body);
          response.json(
            await handOff.exchange(state, credentials.principal.userEntityRef),
          );
        });
        router.post('/v1/sign-out', async (request, response) => {
          const credentials = await httpAuth.credentials(request, {
            allow: ['user'],
          });
          await sessions.revokeAll(credentials.principal.userEntityRef);
          response.status(204).end();
        });
        httpRouter.use(router);

        const port = await server.listen();
        logger.info(
          `gateway listens on port ${port} for ${config.appsUrl.hostname} and the hosts below it`,
        );
        const sweep = setInterval(
          () =>
            sessions
              .sweep()
              .catch(error =>
                logger.warn(`sweeping sessions: ${error.message}`),
              ),
          SWEEP_MS,
        );
        lifecycle.addStartupHook(() => {
          routes
            .follow()
            .catch(error =>
              logger.error(`following routes ended: ${error.message}`),
            );
        });
        lifecycle.addShutdownHook(async () => {
          clearInterval(sweep);
          routes.stop();
          await server.close();
        });
      },
    });
  },
});
