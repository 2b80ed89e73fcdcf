/** Wires the gateway. */
import {
  coreServices,
  createBackendPlugin,
  type LoggerService,
} from '@backstage/backend-plugin-api';
import { setTimeout as sleep } from 'node:timers/promises';
import { Catalogue } from './pages/catalogue/Catalogue';
import { plainHttpWarning, readGatewayConfig } from './config';
import { openDatabase } from './database';
import { AliasCookies } from './upstream/AliasCookies';
import { FirstBytes } from './server/FirstBytes';
import { GatewayServer } from './server/GatewayServer';
import { readHost } from './routing/hosts';
import { Admissions } from './authorize/Admissions';
import { RouteTable, StoreClient } from './routing/RouteTable';
import { Assertions } from './sessions/Assertions';
import { HandOff } from './sessions/HandOff';
import { createEntryRouter } from './sessions/entryRouter';
import { sealingKey } from './sessions/KeyStore';
import { Revocations } from './sessions/Revocations';
import { SessionStore } from './sessions/SessionStore';

/** Answers of apps that are under way when the backend is told to end have this long, in milliseconds. */
const GRACE_MS = 7000;
const SWEEP_MS = 60_000;
const KEYS_PAUSE_MS = 500;
const KEYS_ANSWER_MS = 10_000;
/** The store starts in the same process; before this nobody needs to know that it does not answer. */
const KEYS_SILENCE_MS = 15_000;

/** Takes the keys in at start, so that none of the release before lies in clear until somebody signs in. */
async function openKeys(
  keys: Array<() => Promise<unknown>>,
  logger: LoggerService,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  for (let told = false; ; ) {
    try {
      for (const open of keys) await open();
      return;
    } catch (error) {
      if (!told && Date.now() - began > KEYS_SILENCE_MS) {
        told = true;
        logger.warn(
          `nobody can sign in to apps yet: the key that seals the gateway's keys cannot be read (${
            (error as Error).message
          }). It is appStore.gateway.keys.secret, or lies in the apps' cluster, which the store has to reach.`,
        );
      }
      await sleep(KEYS_PAUSE_MS, undefined, { signal });
    }
  }
}

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
        rootLifecycle: coreServices.rootLifecycle,
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
        rootLifecycle,
      }) {
        const config = readGatewayConfig(rootConfig);
        const warning = plainHttpWarning(config);
        if (warning) logger.warn(warning);
        const knex = await openDatabase(database);
        const stopped = new AbortController();
        const store = new StoreClient({ auth, discovery });
        const sessions = new SessionStore(knex, async () =>
          sealingKey(
            config.keySecret ??
              (await store.keySecret(
                AbortSignal.any([
                  stopped.signal,
                  AbortSignal.timeout(KEYS_ANSWER_MS),
                ]),
              )),
          ),
        );
        const revocations = new Revocations({
          knex,
          forget: hashes => sessions.forget(hashes),
          logger,
        });
        const pluginUrl = await discovery.getExternalBaseUrl(
          'app-store-gateway',
        );
        const routes = new RouteTable({ store, logger });
        const admissions = new Admissions({ store, routes });
        const handOff = await HandOff.create({
          sessions,
          portalUrl: config.portalUrl,
          appsUrl: config.appsUrl,
          routes,
          pluginUrl,
        });
        const assertions = await Assertions.create(sessions);
        const firstBytes = new FirstBytes({ store, routes, logger });
        const server = new GatewayServer({
          config,
          routes,
          admissions,
          sessions,
          handOff,
          assertions,
          aliasCookies: new AliasCookies({ knex, logger }),
          firstBytes,
          catalogue: new Catalogue({ store, portalUrl: config.portalUrl }),
          logger,
        });

        // Who follows a pass is known by its cookie; see HandOff.
        httpRouter.addAuthPolicy({
          path: '/v1/enter',
          allow: 'unauthenticated',
        });
        httpRouter.use(
          createEntryRouter({
            httpAuth,
            sessions,
            handOff,
            portalUrl: config.portalUrl,
            onPass: (hostname, userEntityRef) => {
              const instanceId = routes.instanceAt(
                readHost(hostname, config.appsUrl.hostname, routes),
              );
              if (instanceId)
                admissions.decide(instanceId, userEntityRef).catch(() => {});
            },
          }),
        );

        const port = await server.listen();
        logger.info(
          `gateway listens on port ${port} for ${config.appsUrl.hostname} and the hosts below it`,
        );
        const sweep = setInterval(
          () =>
            Promise.all([sessions.sweep(), revocations.sweep()]).catch(error =>
              logger.warn(`sweeping sessions: ${error.message}`),
            ),
          SWEEP_MS,
        );
        lifecycle.addStartupHook(() => {
          revocations.start();
          openKeys(
            [() => handOff.ready(), () => assertions.publicKeys()],
            logger,
            stopped.signal,
          ).catch(() => undefined);
          routes
            .follow()
            .catch(error =>
              logger.error(`following routes ended: ${error.message}`),
            );
        });
        // While the store and the database still answer.
        rootLifecycle.addBeforeShutdownHook(async () => {
          // The store has ended this stream, and would end the next one.
          routes.stop();
          await server.close(GRACE_MS);
        });
        lifecycle.addShutdownHook(() => {
          stopped.abort();
          clearInterval(sweep);
          revocations.stop();
          firstBytes.stop();
        });
      },
    });
  },
});
