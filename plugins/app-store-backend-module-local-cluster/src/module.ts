/** Starts the local cluster before the store, and stops it after it. */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  HOST_ALIAS,
  startLocalCluster,
  startLocalClusterProcess,
  type LocalClusterOptions,
} from '@ai-app-store/local-cluster';
import {
  appStoreKubernetesExtensionPoint,
  configValue,
  readConfig,
} from '@ai-app-store/backstage-plugin-app-store-node';
import { KubeConfig } from '@kubernetes/client-node';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { localImages } from './images';

const { section, url, wholeNumber } = configValue;

/** The program of the local cluster alone, where the portal's own was built with it beside; it runs in the portal's process otherwise. */
const PROGRAM = join(dirname(process.argv[1] ?? ''), 'local-cluster.js');

const schema = z.object({
  backend: section({ baseUrl: url }),
  appStore: section({
    localCluster: z
      .object({
        directory: configValue.text,
        port: wholeNumber({ max: 65535 }).optional(),
      })
      .optional(),
  }),
});

/**
 * Runs a local cluster where `appStore.localCluster` is configured; does nothing otherwise.
 *
 * @public
 */
export const localClusterModule = createBackendModule({
  pluginId: 'app-store',
  moduleId: 'local-cluster',
  register(reg) {
    reg.registerInit({
      deps: {
        config: coreServices.rootConfig,
        kubernetes: appStoreKubernetesExtensionPoint,
        lifecycle: coreServices.rootLifecycle,
        logger: coreServices.logger,
      },
      async init({ config, kubernetes, lifecycle, logger }) {
        const {
          appStore: { localCluster: own },
          backend: { baseUrl: portal },
        } = readConfig(config, schema);
        if (!own) return;
        if (process.env.NODE_ENV === 'production')
          throw new Error(
            'appStore.localCluster is for development only and does not start with NODE_ENV=production: remove it and point appStore.kubernetes at a cluster',
          );
        const directory = resolve(own.directory);
        const portalPort = Number(
          portal.port || (portal.protocol === 'https:' ? 443 : 80),
        );
        const images = localImages(join(directory, 'bin'));
        const options: LocalClusterOptions = {
          directory,
          port: own.port,
          images,
          hostPorts: [portalPort],
          logger: {
            info: text => logger.info(text),
            warn: text => logger.warn(text),
            error: text => logger.error(text),
          },
        };
        const cluster = await (existsSync(PROGRAM)
          ? startLocalClusterProcess(PROGRAM, options)
          : startLocalCluster(options));
        const kubeconfig = join(directory, 'kubeconfig');
        writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
        chmodSync(kubeconfig, 0o600);
        const kubeConfig = new KubeConfig();
        kubeConfig.loadFromString(cluster.kubeconfig);
        kubernetes.setConnection({
          kubeConfig,
          storeUrl: `http://${HOST_ALIAS}:${portalPort}`,
          // A registry of this machine is asked without TLS, as container runtimes do.
          ...(portal.protocol === 'http:'
            ? { contentRegistry: `localhost:${portalPort}` }
            : {}),
          loopbackPods: true,
          unavailableImage: image => {
            const name = image.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
            if (!images[name])
              return 'the local cluster runs programs of this machine and no container images';
            return images[name].unavailable;
          },
        });
        logger.info(
          `local cluster at ${cluster.address}, for development only: apps run as processes of this user; ${cluster.description}`,
        );
        // The hooks of plugins have run when those of the root do.
        lifecycle.addShutdownHook(() => cluster.stop());
      },
    });
  },
});
