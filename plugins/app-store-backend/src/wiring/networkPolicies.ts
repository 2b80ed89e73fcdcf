/** What the store finds out of network policies: which addresses they cannot open, and whether they count. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { imageOfRuntimes } from '../config/runtimes';
import type { StoreConfig } from '../config/StoreConfig';
import type { KeyedLock } from '../database/KeyedLock';
import type { SettingsRepository } from '../database/SettingsRepository';
import { PolicyEnforcement } from '../doctor/PolicyEnforcement';
import type { KubernetesConnection } from '@ai-app-store/backstage-plugin-app-store-node';
import { unknownAddresses } from '../kubernetes/manifests/egress';
import { PolicyCanary } from '../kubernetes/PolicyCanary';

type CanaryOptions = ConstructorParameters<typeof PolicyCanary>[0];

/** Tells the log of addresses that pods need, and that no policy can name. */
export function tellUnknownAddresses(options: {
  config: StoreConfig;
  connection: KubernetesConnection;
  logger: LoggerService;
}): void {
  const { config, connection, logger } = options;
  const { networkPolicy, storeUrl } = config.kubernetes;
  if (
    connection.loopbackPods ||
    networkPolicy.egress.length ||
    networkPolicy.defaultEgress.includes('open')
  )
    return;
  const unknown = unknownAddresses([
    connection.storeUrl ?? storeUrl,
    config.npmRegistry,
    config.pypiIndex,
  ]);
  if (unknown.length)
    logger.warn(
      `pods reach ${unknown.join(
        ' and ',
      )} only if these have public addresses: otherwise add them to appStore.kubernetes.networkPolicy.egress (docs/operate.md, "Certificates and network policies")`,
    );
}

/** What tries that the cluster enforces policies; nothing where an admin turned it off, or no runtime has an image. */
export function createPolicyEnforcement(
  options: Pick<CanaryOptions, 'api' | 'namespace' | 'installation'> & {
    config: StoreConfig;
    connection: KubernetesConnection;
    locks: KeyedLock;
    settings: SettingsRepository;
    logger: LoggerService;
  },
): PolicyEnforcement | undefined {
  const { config, connection } = options;
  const { networkPolicy, imagePullSecrets, serviceAccount } = config.kubernetes;
  const image = imageOfRuntimes(config.runtimes);
  // The local cluster enforces none, and says so when it starts.
  if (!image || !networkPolicy.verify || connection.loopbackPods)
    return undefined;
  const { api, namespace, installation, locks } = options;
  return new PolicyEnforcement({
    ...options,
    canary: new PolicyCanary({
      api,
      namespace,
      installation,
      locks,
      image,
      imagePullSecrets,
      serviceAccount,
    }),
  });
}
