import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { KubeConfig } from '@kubernetes/client-node';

/**
 * A Kubernetes API that the store drives.
 *
 * @public
 */
export interface KubernetesConnection {
  kubeConfig: KubeConfig;
  /** The store's own address as pods see it, where that is not `appStore.kubernetes.storeUrl`. */
  storeUrl?: string;
  /** Host and port from which its nodes pull the content of apps, where that is not `appStore.kubernetes.contentRegistry`. */
  contentRegistry?: string;
  /** Why an image cannot be used there; undefined where it can, or where that is not known. */
  unavailableImage?(image: string): string | undefined;
  /** Addresses that the gateway may dial although they are loopback ones. */
  loopbackPods?: boolean;
}

/**
 * Lets a module say which Kubernetes API the store drives.
 *
 * @public
 */
export interface AppStoreKubernetesExtensionPoint {
  /**
   * Sets the connection in place of the one from `appStore.kubernetes`.
   *
   * @throws Error where another module has set one
   */
  setConnection(connection: KubernetesConnection): void;
}

/**
 * See {@link AppStoreKubernetesExtensionPoint}.
 *
 * @public
 */
export const appStoreKubernetesExtensionPoint =
  createExtensionPoint<AppStoreKubernetesExtensionPoint>({
    id: 'app-store.kubernetes',
  });
