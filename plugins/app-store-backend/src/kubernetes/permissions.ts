/**
 * What the store may do in the cluster: exactly what it does. The Role in `deploy/base` and the table
 * in `docs/operate.md` are held against this list.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import pLimit from 'p-limit';
import type { RouteKind } from './AliasCluster';
import type { KubeApi } from './client/KubeApi';

/** Verbs on a resource, as a rule of a Role has them. */
export interface Permission {
  group: string;
  /** `pods/log` for a subresource. */
  resource: string;
  verbs: string[];
  /** In the namespace of the apps otherwise. */
  clusterWide?: true;
  /** In the namespace of the gateway. */
  ofGateway?: true;
}

const KEPT = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

export const PERMISSIONS: Permission[] = [
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'events', verbs: ['list'] },
  { group: '', resource: 'services', verbs: KEPT },
  { group: '', resource: 'configmaps', verbs: KEPT },
  { group: '', resource: 'persistentvolumeclaims', verbs: KEPT },
  { group: '', resource: 'secrets', verbs: KEPT },
  {
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    verbs: ['list', 'watch'],
  },
  { group: 'apps', resource: 'deployments', verbs: KEPT },
  { group: 'apps', resource: 'statefulsets', verbs: KEPT },
  { group: 'networking.k8s.io', resource: 'networkpolicies', verbs: KEPT },
  {
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
    verbs: ['create'],
    clusterWide: true,
  },
];

/** What it does beside that with `routes`. */
export const ROUTE_PERMISSIONS: Record<RouteKind, Permission> = {
  ingress: {
    group: 'networking.k8s.io',
    resource: 'ingresses',
    verbs: KEPT,
    ofGateway: true,
  },
  httpRoute: {
    group: 'gateway.networking.k8s.io',
    resource: 'httproutes',
    verbs: KEPT,
    ofGateway: true,
  },
};

/** What the store is asked to do, and where. */
export interface PermissionOptions {
  api: KubeApi;
  namespace: string;
  gatewayNamespace?: string;
  routes: RouteKind | 'none';
}

/** A verb that the store is not allowed. */
export interface MissingPermission {
  group: string;
  resource: string;
  verb: string;
  /** Where; undefined for the whole cluster. */
  namespace: string | undefined;
}

/** "create services", "list deployments.apps" */
export function permissionInWords(missing: MissingPermission): string {
  const { verb, resource, group } = missing;
  return `${verb} ${resource}${group ? `.${group}` : ''}`;
}

/** "create services, list pods in the namespace a; create tokenreviews.authentication.k8s.io" */
export function permissionsInWords(missing: MissingPermission[]): string {
  const namespaces = [...new Set(missing.map(({ namespace }) => namespace))];
  return namespaces
    .map(
      namespace =>
        `${missing
          .filter(each => each.namespace === namespace)
          .map(permissionInWords)
          .join(', ')}${namespace ? ` in the namespace ${namespace}` : ''}`,
    )
    .join('; ');
}

const AT_ONCE = 8;

/**
 * Asks the cluster for each verb.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 *
 * @throws KubeError where the cluster does not answer
 */
export async function missingPermissions(
  options: PermissionOptions,
): Promise<MissingPermission[]> {
  const { api, routes } = options;
  const limit = pLimit(AT_ONCE);
  const asked = [
    ...PERMISSIONS,
    ...(routes === 'none' ? [] : [ROUTE_PERMISSIONS[routes]]),
  ].flatMap(permission =>
    permission.verbs.map(verb => ({
      ...permission,
      verb,
      namespace: namespaceOf(permission, options),
    })),
  );
  const answers = await Promise.all(
    asked.map(({ group, resource: path, verb, namespace }) =>
      limit(async () => {
        const [resource, subresource] = path.split('/');
        const { status } = await api.json<{ status?: { allowed?: boolean } }>(
          '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          {
            method: 'POST',
            body: {
              apiVersion: 'authorization.k8s.io/v1',
              kind: 'SelfSubjectAccessReview',
              spec: {
                resourceAttributes: {
                  group,
                  resource,
                  subresource,
                  verb,
                  namespace,
                },
              },
            },
          },
        );
        return status?.allowed
          ? []
          : [{ group, resource: path, verb, namespace }];
      }),
    ),
  );
  return answers.flat();
}

function namespaceOf(
  permission: Permission,
  { namespace, gatewayNamespace }: PermissionOptions,
): string | undefined {
  if (permission.clusterWide) return undefined;
  return permission.ofGateway ? gatewayNamespace : namespace;
}

/** Says at the start what the store is not allowed. */
export async function tellMissingPermissions(
  options: PermissionOptions & { logger: LoggerService },
): Promise<void> {
  const missing = await missingPermissions(options);
  if (missing.length)
    options.logger.error(
      `the cluster does not allow the store to ${permissionsInWords(
        missing,
      )}: add these to its Role (docs/operate.md, "Rights in the cluster")`,
    );
}
