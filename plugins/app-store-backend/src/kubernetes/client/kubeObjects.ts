/** Kubernetes objects as the store looks into them: where they are, and who wrote them. */
import { FIELD_MANAGER } from '../manifests/labels';

/** Any object, as far as the client looks into it. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string | Date;
    deletionTimestamp?: string | Date;
    managedFields?: Array<{
      manager?: string;
      operation?: string;
      subresource?: string;
    }>;
  };
}

/** Plural names by kind. */
const PLURALS: Record<string, string> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  EndpointSlice: 'endpointslices',
  Event: 'events',
  Namespace: 'namespaces',
  NetworkPolicy: 'networkpolicies',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  StatefulSet: 'statefulsets',
};

/** Where a resource is: `/apis/apps/v1/namespaces/x/deployments`. */
export function collectionPath(
  apiVersion: string,
  kind: string,
  namespace?: string,
): string {
  const root = apiVersion.includes('/')
    ? `/apis/${apiVersion}`
    : `/api/${apiVersion}`;
  return `${root}${
    namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  }/${PLURALS[kind]}`;
}

/** The path of an object. */
export function objectPath(object: KubeObject): string {
  return `${collectionPath(
    object.apiVersion!,
    object.kind!,
    object.metadata!.namespace,
  )}/${encodeURIComponent(object.metadata!.name!)}`;
}

type ManagedFields = NonNullable<
  NonNullable<KubeObject['metadata']>['managedFields']
>[number];

/** Whether a store wrote these fields with a creation. */
export function isOwnCreation({
  manager,
  operation,
  subresource,
}: ManagedFields) {
  return manager === FIELD_MANAGER && operation === 'Update' && !subresource;
}

/** True for an object that this store created and has not applied yet. */
export function isOnlyCreated({ metadata }: KubeObject): boolean {
  const entries = metadata?.managedFields ?? [];
  return (
    entries.some(isOwnCreation) &&
    !entries.some(
      entry => entry.manager === FIELD_MANAGER && entry.operation === 'Apply',
    )
  );
}
