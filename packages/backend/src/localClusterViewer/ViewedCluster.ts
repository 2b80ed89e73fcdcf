/** A cluster as Backstage's Kubernetes plugin is told of it: with the token of an account that may only view. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { ANNOTATION_KUBERNETES_AUTH_PROVIDER } from '@backstage/plugin-kubernetes-common';
import type { ClusterDetails } from '@backstage/plugin-kubernetes-node';
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  RbacAuthorizationV1Api,
} from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';

const NAMESPACE = 'kube-system';
const ACCOUNT = 'backstage-kubernetes';
const TOKEN_SECONDS = 3600;
const NOT_THERE = ['ENOENT', 'ECONNREFUSED'];
/** A token is used for half of its life. */
const RENEW_MS = (TOKEN_SECONDS * 1000) / 2;

interface Known {
  kubeconfig: string;
  until: number;
  details: ClusterDetails;
}

/** Makes what is not there. */
async function ensure(create: Promise<unknown>): Promise<void> {
  try {
    await create;
  } catch (error) {
    if (!(error instanceof ApiException) || error.code !== 409) throw error;
  }
}

/** A cluster that is known by the kubeconfig of its administrator. */
export class ViewedCluster {
  readonly #path: string;
  readonly #logger: Pick<LoggerService, 'warn'>;
  #known: Known | undefined;

  /** @param path - where the kubeconfig is, once the cluster has started */
  constructor(path: string, logger: Pick<LoggerService, 'warn'>) {
    this.#path = path;
    this.#logger = logger;
  }

  /** The cluster, or nothing while it cannot be viewed: other clusters of the plugin go on. */
  async details(): Promise<ClusterDetails[]> {
    try {
      // Each start of the local cluster may have another port.
      const kubeconfig = await readFile(this.#path, 'utf8');
      if (
        this.#known?.kubeconfig !== kubeconfig ||
        this.#known.until < Date.now()
      )
        this.#known = {
          kubeconfig,
          until: Date.now() + RENEW_MS,
          details: await this.#view(kubeconfig),
        };
      return [this.#known.details];
    } catch (error) {
      const { code, errno, message } = error as Record<string, unknown>;
      // It has not started yet.
      if (![code, errno].some(each => NOT_THERE.includes(String(each))))
        this.#logger.warn(`The local cluster cannot be viewed: ${message}`);
      return [];
    }
  }

  /** Makes the account, binds it to the role `view`, and gets a token for it. */
  async #view(text: string): Promise<ClusterDetails> {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromString(text);
    const core = kubeconfig.makeApiClient(CoreV1Api);
    const rbac = kubeconfig.makeApiClient(RbacAuthorizationV1Api);
    await ensure(
      core.createNamespacedServiceAccount({
        namespace: NAMESPACE,
        body: { metadata: { name: ACCOUNT } },
      }),
    );
    await ensure(
      rbac.createClusterRoleBinding({
        body: {
          metadata: { name: ACCOUNT },
          roleRef: {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'ClusterRole',
            name: 'view',
          },
          subjects: [
            { kind: 'ServiceAccount', namespace: NAMESPACE, name: ACCOUNT },
          ],
        },
      }),
    );
    const { status } = await core.createNamespacedServiceAccountToken({
      namespace: NAMESPACE,
      name: ACCOUNT,
      body: { spec: { audiences: [], expirationSeconds: TOKEN_SECONDS } },
    });
    const { server, caData } = kubeconfig.getCurrentCluster()!;
    return {
      name: 'local',
      title: 'Local cluster',
      url: server,
      caData,
      authMetadata: {
        [ANNOTATION_KUBERNETES_AUTH_PROVIDER]: 'serviceAccount',
        serviceAccountToken: status!.token,
      },
    };
  }
}
