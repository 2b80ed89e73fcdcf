/**
 * What other backend packages may plug in to the app store.
 *
 * @packageDocumentation
 */
export {
  appStoreKubernetesExtensionPoint,
  type AppStoreKubernetesExtensionPoint,
  type KubernetesConnection,
} from './kubernetes';
