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
      fieldsV1?: Fields;
    }>;
  };
}

/** A tree of field names. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
interface Fields {
  [field: string]: Fields;
}

/** Plural names by kind. */
const PLURALS: Record<string, string> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  EndpointSlice: 'endpointslices',
  Event: 'events',
  HTTPRoute: 'httproutes',
  Ingress: 'ingresses',
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
  }/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}`;
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

const DECIDED = ['f:spec', 'f:data'];

/** What somebody else decides of an object, beside its status: what the store decides is not theirs. */
function isForeign(entry: ManagedFields): boolean {
  return (
    entry.manager !== FIELD_MANAGER &&
    !entry.subresource &&
    DECIDED.some(field => entry.fieldsV1?.[field])
  );
}

function merged(a: Fields, b: Fields): Fields {
  const all: Fields = { ...a };
  for (const [name, fields] of Object.entries(b))
    all[name] = merged(all[name] ?? {}, fields);
  return all;
}

/** True where others decide fields that are the store's to decide. */
export function hasForeignFields({ metadata }: KubeObject): boolean {
  return (metadata?.managedFields ?? []).some(isForeign);
}

/**
 * Managed fields with what others decided as the store's own: the next apply then removes what it
 * does not name.
 */
export function withoutForeignFields({
  metadata,
}: KubeObject): ManagedFields[] {
  const entries = metadata?.managedFields ?? [];
  const foreign = entries.filter(isForeign);
  const taken = foreign.reduce<Fields>(
    (all, { fieldsV1 = {} }) =>
      DECIDED.reduce(
        (sum, field) =>
          fieldsV1[field] ? merged(sum, { [field]: fieldsV1[field] }) : sum,
        all,
      ),
    {},
  );
  return entries.flatMap(entry => {
    if (isForeign(entry)) {
      const rest = Object.fromEntries(
        Object.entries(entry.fieldsV1!).filter(
          ([field]) => !DECIDED.includes(field),
        ),
      );
      return Object.keys(rest).length ? [{ ...entry, fieldsV1: rest }] : [];
    }
    return entry.manager === FIELD_MANAGER && entry.operation === 'Apply'
      ? [{ ...entry, fieldsV1: merged(entry.fieldsV1 ?? {}, taken) }]
      : [entry];
  });
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
