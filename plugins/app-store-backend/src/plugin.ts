/** Wires the app store. */
import { metricsServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { ScmIntegrations } from '@backstage/integration';
import {
  appStoreKubernetesExtensionPoint,
  appStoreRolesExtensionPoint,
  type KubernetesConnection,
} from '@ai-app-store/backstage-plugin-app-store-node';
import { randomBytes, randomUUID } from 'node:crypto';
import { version } from '../package.json';
import { EventStreams } from './http/EventStreams';
import { createRouter } from './router';
import { readStoreConfig } from './config/StoreConfig';
import { migratedClient } from './database/migrate';
import { Callers } from './auth/Callers';
import { RoleExtensions } from './auth/RoleExtensions';
import { KubeApi } from './kubernetes/client/KubeApi';
import { readKubeConfig } from './kubernetes/client/readKubeConfig';
import { Policy } from './policy';
import { AppNotes } from './apps/AppNotes';
import { createRegistryRouter } from './apps/registry/registryRouter';
import { Epoch, TRAILING_MS } from './epoch/Epoch';
import { ClusterMark, RecordsMark } from './epoch/EpochMark';
import { IamPolicies } from './iam/IamService';
import { Storage } from './wiring/Storage';
import { createIdentity } from './wiring/identity';
import { createRepositories } from './wiring/repositories';
import { createServices, type ServicesOptions } from './wiring/services';
import { BackgroundTasks } from './backgroundTasks';
import { keepStatements } from './database/keepStatements';
import { DefaultStoreMetrics } from './metrics/StoreMetrics';
import { isPostgres } from './database/locks';
import { openSession } from './database/openSession';
import { keyedLockFor } from './database/PostgresKeyedLock';

/**
 * The app store's backend.
 *
 * @param options - for tests. `pace`: how many times as often it does what it does by itself, default 1;
 *   `tap`: stands between the sweep of declarations and each part that it calls.
 */
export const createAppStorePlugin = ({
  pace = 1,
  tap,
}: Pick<ServicesOptions, 'tap'> & { pace?: number } = {}) =>
  createBackendPlugin({
    pluginId: 'app-store',
    register(reg) {
      let given: KubernetesConnection | undefined;
      reg.registerExtensionPoint(appStoreKubernetesExtensionPoint, {
        setConnection(connection) {
          if (given)
            throw new Error(
              'two modules define which Kubernetes API the app store uses',
            );
          given = connection;
        },
      });
      const roleExtensions = new RoleExtensions();
      reg.registerExtensionPoint(appStoreRolesExtensionPoint, roleExtensions);
      reg.registerInit({
        deps: {
          auditor: coreServices.auditor,
          auth: coreServices.auth,
          catalog: catalogServiceRef,
          config: coreServices.rootConfig,
          database: coreServices.database,
          events: eventsServiceRef,
          httpAuth: coreServices.httpAuth,
          httpRouter: coreServices.httpRouter,
          lifecycle: coreServices.lifecycle,
          rootHttpRouter: coreServices.rootHttpRouter,
          rootLifecycle: coreServices.rootLifecycle,
          logger: coreServices.logger,
          metrics: metricsServiceRef,
          reader: coreServices.urlReader,
        },
        async init({
          auditor,
          auth,
          catalog,
          config: rootConfig,
          database,
          events,
          httpAuth,
          httpRouter,
          lifecycle,
          rootHttpRouter,
          rootLifecycle,
          logger,
          metrics: metricsService,
          reader,
        }) {
          const config = readStoreConfig(rootConfig);
          const knex = await migratedClient(database);
          if (!isPostgres(knex)) await keepStatements(knex);
          const session = openSession({ knex, logger });
          const policies = new IamPolicies({ enabled: config.iamEnabled });
          const policy = Policy.create({
            settings: config,
            policies: () => policies.current,
          });
          const repositories = createRepositories(knex, policy, config);
          const installation = await repositories.settings.getOrSet(
            'installation',
            randomUUID(),
          );
          const contentKey = await repositories.settings.getOrSet(
            'content-registry-key',
            randomBytes(32).toString('hex'),
          );
          for (const tag of config.tags) await repositories.tags.ensure(tag);
          // Gateways go on where they were: what another list serves is no change of the database.
          const hosts = JSON.stringify(config.aliasHosts);
          const before = await repositories.settings.get('alias-hosts');
          if ((before ?? '[]') !== hosts) {
            await repositories.aliases.tellOfHosts();
            await repositories.settings.set('alias-hosts', hosts);
          }

          const ownConfig = () => readKubeConfig(config.kubernetes);
          const connection = given ?? { kubeConfig: ownConfig() };
          const metrics = DefaultStoreMetrics.create({
            service: metricsService,
          });
          const api = KubeApi.create(
            connection.kubeConfig,
            given ? undefined : ownConfig,
            (verb, code) => metrics.requested(verb, code),
          );
          const storage = await Storage.open({
            config,
            knex,
            apps: repositories.apps,
            installation,
            session,
            settings: repositories.settings,
            logger,
          });
          const epoch = Epoch.create({
            settings: repositories.settings,
            marks: {
              bundles: RecordsMark.create(storage.stores.records),
              cluster: ClusterMark.create({
                api,
                namespace: config.kubernetes.namespace,
                installation,
              }),
            },
            logger,
            trailingMs: TRAILING_MS / pace,
          });
          await epoch.check('bundles');
          await storage.sweep(epoch);
          const { refs, people, roles } = createIdentity({
            config,
            repositories,
            extensions: roleExtensions,
            catalog,
            auth,
          });
          const { bundles, environments, records } = storage.stores;
          const declarationLocks = keyedLockFor({ knex, logger });
          const services = createServices({
            config,
            version,
            installation,
            contentKey,
            connection,
            api,
            repositories,
            policy,
            policies,
            refs,
            roles,
            bundles,
            environments,
            notes: AppNotes.create(records),
            epoch,
            locks: storage.files,
            declarationLocks,
            session,
            auditor,
            events,
            catalog,
            auth,
            reader,
            integrations: ScmIntegrations.fromConfig(rootConfig),
            logger,
            metrics,
            pace,
            tap,
          });
          // Nobody is let in by a policy that is not read yet, nor past one that denies.
          await services.iam.reload();
          services.changeReader.of('policy').subscribe(() => {
            services.iam
              .reload()
              .catch(error =>
                logger.error(`access policies were not read: ${error.message}`),
              );
          });
          const streams = new EventStreams();

          // Access tokens are the store's own: the API itself asks every caller who they are.
          httpRouter.addAuthPolicy({ path: '/v1', allow: 'unauthenticated' });
          httpRouter.use(
            createRouter({
              ...services,
              feed: services.changeReader.of('instance'),
              environments,
              roles,
              people,
              callers: new Callers({
                httpAuth,
                roles,
                tokens: services.tokens,
                publicMode: config.publicMode,
              }),
              loginPage: `${
                rootConfig.getOptionalString('app.baseUrl') ??
                config.portalUrl.origin
              }/app-store/login`,
              streams,
              httpAuth,
              logger,
              bundleBytes: config.limits.bundleBytes,
              checkAnswers: config.checkAnswers,
            }),
          );

          // Where every registry has to be.
          rootHttpRouter.use(
            '/v2',
            createRegistryRouter({
              registry: services.contentRegistry,
              logger,
            }),
          );

          // The only store, whose pods ended with its predecessor: what that one wrote of them holds no more.
          if (connection.loopbackPods)
            await repositories.queue.forgetPredecessor();

          const tasks = new BackgroundTasks({
            config,
            repositories,
            services,
            session,
            epoch,
            logger,
            pace,
          });
          lifecycle.addStartupHook(async () => {
            tasks
              .begin()
              .catch(error =>
                logger.error(
                  `the app store did not begin to work: ${error.message}`,
                ),
              );
          });
          // Requests have their time at once with what the store does by itself: both together fit into ten seconds.
          rootLifecycle.addBeforeShutdownHook(async () => {
            streams.endAll();
            await tasks.stop();
          });
          lifecycle.addShutdownHook(async () => {
            epoch.stop();
            await storage.close();
            await declarationLocks.close();
            await session.close();
            api.close();
          });
        },
      });
    },
  });

/**
 * The app store's backend.
 *
 * @public
 */
export const appStorePlugin = createAppStorePlugin();
