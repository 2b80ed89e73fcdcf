/**
 * The roles that every cluster has, as far as what is served here goes
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings).
 */
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import { AUTHENTICATED, MASTERS } from '../User';
import type { Json } from '../types';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const ALL = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const NAMESPACED = [
  'configmaps',
  'endpoints',
  'events',
  'limitranges',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'pods',
  'pods/log',
  'pods/status',
  'resourcequotas',
  'resourcequotas/status',
  'serviceaccounts',
  'services',
  'services/status',
];
const WORKLOADS = ['deployments', 'replicasets', 'statefulsets'].flatMap(
  name => [name, `${name}/scale`, `${name}/status`],
);

function viewRules(): Json[] {
  return [
    { apiGroups: [''], resources: NAMESPACED, verbs: READ },
    { apiGroups: [''], resources: ['namespaces'], verbs: READ },
    {
      apiGroups: ['apps'],
      resources: ['controllerrevisions', ...WORKLOADS],
      verbs: READ,
    },
    {
      apiGroups: ['networking.k8s.io'],
      resources: ['ingresses', 'networkpolicies'],
      verbs: READ,
    },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
    {
      apiGroups: ['discovery.k8s.io'],
      resources: ['endpointslices'],
      verbs: READ,
    },
    {
      apiGroups: ['metrics.k8s.io'],
      resources: ['pods', 'nodes'],
      verbs: READ,
    },
  ];
}

function editRules(): Json[] {
  return [
    ...viewRules(),
    {
      apiGroups: [''],
      resources: [
        'secrets',
        'pods/attach',
        'pods/exec',
        'pods/portforward',
        'pods/proxy',
        'services/proxy',
      ],
      verbs: READ,
    },
    {
      apiGroups: [''],
      resources: [
        'configmaps',
        'events',
        'persistentvolumeclaims',
        'pods',
        'pods/attach',
        'pods/exec',
        'pods/portforward',
        'secrets',
        'serviceaccounts',
        'services',
      ],
      verbs: WRITE,
    },
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
    {
      apiGroups: [''],
      resources: ['serviceaccounts/token'],
      verbs: ['create'],
    },
    { apiGroups: ['apps'], resources: WORKLOADS, verbs: WRITE },
    {
      apiGroups: ['networking.k8s.io'],
      resources: ['ingresses', 'networkpolicies'],
      verbs: WRITE,
    },
    {
      apiGroups: ['policy'],
      resources: ['poddisruptionbudgets'],
      verbs: WRITE,
    },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      verbs: [...READ, ...WRITE],
    },
  ];
}

function paths(nonResourceURLs: string[]): Json[] {
  return [{ nonResourceURLs, verbs: ['get'] }];
}

/** Rules by the name of the role, and the groups that have it from the start. */
const ROLES: Array<{ name: string; rules: Json[]; groups?: string[] }> = [
  {
    name: 'cluster-admin',
    rules: [...ALL, { nonResourceURLs: ['*'], verbs: ['*'] }],
    groups: [MASTERS],
  },
  {
    name: 'admin',
    rules: [
      ...editRules(),
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['rolebindings', 'roles'],
        verbs: [...READ, ...WRITE],
      },
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['localsubjectaccessreviews'],
        verbs: ['create'],
      },
    ],
  },
  { name: 'edit', rules: editRules() },
  { name: 'view', rules: viewRules() },
  {
    name: 'system:basic-user',
    rules: [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
      {
        apiGroups: ['authentication.k8s.io'],
        resources: ['selfsubjectreviews'],
        verbs: ['create'],
      },
    ],
    groups: [AUTHENTICATED],
  },
  {
    name: 'system:discovery',
    rules: paths([
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ]),
    groups: [AUTHENTICATED],
  },
  {
    name: 'system:public-info-viewer',
    rules: paths(['/healthz', '/livez', '/readyz', '/version', '/version/']),
    groups: [AUTHENTICATED, 'system:unauthenticated'],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: paths([
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration/',
      '/openid/v1/jwks',
      '/openid/v1/jwks/',
    ]),
    groups: ['system:serviceaccounts'],
  },
];

const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const OPTIONS = { fieldManager: 'kube-apiserver' };

/** Makes those that are not there. */
export function bootstrapRoles(registry: Registry): void {
  const make = (plural: string, body: Json) => {
    const { name } = body.metadata;
    if (!registry.store.get(plural, undefined, name))
      registry.create(resourceOf(plural), undefined, body, OPTIONS);
  };
  for (const { name, rules, groups } of ROLES) {
    const metadata = { name, labels: LABELS };
    make('clusterroles', { metadata, rules });
    if (groups)
      make('clusterrolebindings', {
        metadata,
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name,
        },
        subjects: groups.map(group => ({
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'Group',
          name: group,
        })),
      });
  }
}
