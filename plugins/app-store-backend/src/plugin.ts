/** Wires the app store. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { KubeConfig } from '@kubernetes/client-node';
import {
  appStoreKubernetesExtensionPoint,
  type KubernetesConnection,
} from '@ai-app-store/backstage-plugin-app-store-node';
import { randomUUID } from 'node:crypto';
import { EventStreams } from './api/EventStreams';
import { createRouter } from './api/router';
import { readStoreConfig, type StoreConfig } from './config/StoreConfig';
import { AppRepository } from './database/AppRepository';
import { InstanceRepository } from './database/InstanceRepository';
import { migratedClient } from './database/migrate';
import { SecretRepository } from './database/SecretRepository';
import { SettingsRepository } from './database/SettingsRepository';
import { TagRepository } from './database/TagRepository';
import { TokenRepository } from './database/TokenRepository';
import { Callers } from './identity/Callers';
import { CatalogRoleResolver } from './identity/RoleResolver';
import { KubeApi } from './kubernetes/KubeApi';
import { InstanceCluster } from './processors/InstanceCluster';
import { InstanceProcessor } from './processors/InstanceProcessor';
import { AppContents } from './service/AppContents';
import { AppImport } from './service/AppImport';
import { AppService } from './service/AppService';
import { ChangePoll } from './service/ChangePoll';
import { importExamples } from './service/ExampleApps';
import { InstanceFeed } from './service/InstanceFeed';
import { InstanceService } from './service/InstanceService';
import { RouteFeed } from './service/RouteFeed';
import { Runtimes } from './service/Runtimes';
import { SecretService } from './service/SecretService';
import { Storage } from './service/Storage';
import { TokenService } from './service/TokenService';

/** Between two looks for instances whose time is up, in milliseconds. */
const DEADLINES_MS = 5000;
/** Between two looks for what other replicas changed. */
const CHANGES_MS = 2000;

function connectionFromConfig(config: StoreConfig): KubernetesConnection {
  const kubeConfig = new KubeConfig();
  const { kubeconfig, context } = config.kubernetes;
  if (kubeconfig) kubeConfig.loadFromFile(kubeconfig);
  else kubeConfig.loadFromDefault();
  if (context) kubeConfig.setCurrentContext(context);
  return { kubeConfig };
}

/**
 * The app store's backend.
 *
 * @public
 */
export const appStorePlugin = createBackendPlugin({
  pluginId: 'app-store',
  register(reg) {
    let given: KubernetesConnection | undefined;
    reg.registerExtensionPoint(appStoreKubernetesExtensionPoint, {
      setConnection(connection) {
        if (given)
          throw new Error(
            'two modules want to say which Kubernetes API the app store drives',
          );
        given = connection;
      },
    });
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        rootLifecycle: coreServices.rootLifecycle,
        logger: coreServices.logger,
      },
      async init({
        auth,
        catalog,
        config: rootConfig,
        database,
        httpAuth,
        httpRouter,
        lifecycle,
        rootLifecycle,
        logger,
      }) {
        const config = readStoreConfig(rootConfig);
        const knex = await migratedClient(database);
        const apps = new AppRepository(knex);
        const tags = new TagRepository(knex);
        const secrets = new SecretRepository(knex);
        const instances = new InstanceRepository(knex);
        const settings = new SettingsRepository(knex);
        const installation = await settings.getOrSet(
          'installation',
          randomUUID(),
        );
        for (const tag of config.tags) await tags.ensure(tag);

        const connection = given ?? connectionFromConfig(config);
        const api = KubeApi.create(connection.kubeConfig);
        const storage = await Storage.open({
          config,
          knex,
          apps,
          installation,
          logger,
        });
        const { files } = storage;
        const { bundles, environments } = storage.stores;
        const runtimes = new Runtimes({
          versions: config.runtimes,
          allowedCustomImages: config.allowedCustomImages,
          unavailableImage: connection.unavailableImage,
        });
        const roles = CatalogRoleResolver.create({
          catalog,
          auth,
          adminGroups: config.adminGroups,
          fullAccessGroups: config.fullAccessGroups,
        });
        const accessTokens = new TokenService({
          tokens: new TokenRepository(knex),
        });
        const feed = new InstanceFeed();
        const streams = new EventStreams();
        const processor = new InstanceProcessor({ instances, feed, logger });
        const cluster = new InstanceCluster({
          api,
          namespace: config.kubernetes.namespace,
          installation,
          logger,
          onChange: id => processor.wake(id),
        });
        const appService = new AppService({
          config,
          apps,
          tags,
          secrets,
          bundles,
          environments,
          runtimes,
          files,
        });
        const imports = new AppImport({
          config,
          apps,
          appService,
          tags,
          secrets,
          bundles,
          runtimes,
          files,
          logger,
        });
        const contents = new AppContents({
          apps: appService,
          bundles,
          downloads: config.downloads,
        });
        const secretService = new SecretService({
          secrets,
          api,
          namespace: config.kubernetes.namespace,
          installation,
        });
        const instanceService = new InstanceService({
          config,
          installation,
          storeUrl: connection.storeUrl ?? config.kubernetes.storeUrl,
          apps,
          appService,
          instances,
          secrets,
          runtimes,
          cluster,
          feed,
          wake: id => processor.wake(id),
        });
        const routes = new RouteFeed({ instances, apps, feed });

        // Access tokens are the store's own: the API itself asks every caller who they are.
        httpRouter.addAuthPolicy({ path: '/v1', allow: 'unauthenticated' });
        httpRouter.use(
          createRouter({
            apps: appService,
            imports,
            contents,
            environments,
            instances: instanceService,
            secrets: secretService,
            roles,
            callers: new Callers({ httpAuth, roles, tokens: accessTokens }),
            tokens: accessTokens,
            loginPage: `${
              rootConfig.getOptionalString('app.baseUrl') ??
              config.portalUrl.origin
            }/app-store/login`,
            routes,
            feed,
            streams,
            cluster,
            httpAuth,
            logger,
            bundleBytes: config.limits.bundleBytes,
          }),
        );

        // The only store, whose pods ended with its predecessor: what that one wrote of them holds no more.
        if (connection.loopbackPods) await instances.forgetPredecessor();

        const stopping = new AbortController();
        /** Tries until it is done: a cluster that is down does not keep the portal down. */
        const insist = async (what: string, work: () => Promise<void>) => {
          const pause = { ms: 500 };
          while (!stopping.signal.aborted) {
            try {
              await work();
              return;
            } catch (error) {
              logger.warn(
                `${what}: ${(error as Error).message}; again in ${pause.ms} ms`,
              );
              await sleep(pause.ms, undefined, {
                signal: stopping.signal,
              }).catch(() => {});
              pause.ms = Math.min(pause.ms * 2, 30_000);
            }
          }
        };
        const timers: NodeJS.Timeout[] = [];
        const every = (ms: number, work: () => Promise<unknown>) =>
          timers.push(
            setInterval(() => {
              work().catch(error => logger.warn(error.message));
            }, ms),
          );
        const begin = async () => {
          await insist('the Kubernetes API does not answer', () =>
            cluster.start(),
          );
          if (stopping.signal.aborted) return;
          processor.start(cluster);
          every(DEADLINES_MS, () => instanceService.suspendOverdue(new Date()));
          const poll = new ChangePoll({ instances, feed });
          every(CHANGES_MS, () => poll.look());
          const { examples } = config;
          if (examples)
            await insist('importing the examples', () =>
              importExamples({
                examples,
                apps,
                settings,
                imports,
                secretService,
                logger,
              }),
            );
        };
        lifecycle.addStartupHook(async () => {
          begin().catch(error =>
            logger.error(
              `the app store did not begin to work: ${error.message}`,
            ),
          );
        });
        rootLifecycle.addBeforeShutdownHook(() => streams.endAll());
        lifecycle.addShutdownHook(async () => {
          stopping.abort();
          timers.forEach(timer => clearInterval(timer));
          cluster.stop();
          await processor.stop();
          await storage.close();
          api.close();
        });
      },
    });
  },
});
