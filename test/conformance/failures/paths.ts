/** Where objects are in the API. */
import type { Json } from '../recording';

const PLURAL: Record<string, string> = {
  Namespace: 'namespaces',
  Node: 'nodes',
  Lease: 'leases',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  StorageClass: 'storageclasses',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  ServiceAccount: 'serviceaccounts',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  Pod: 'pods',
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  PodDisruptionBudget: 'poddisruptionbudgets',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

/** The path of a collection, or of one object in it. */
export function pathOf(object: Json, name?: string): string {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/')
    ? `/apis/${apiVersion}`
    : `/api/${apiVersion}`;
  const within = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `${root}${within}/${PLURAL[kind]}${name ? `/${name}` : ''}`;
}
