/** The resources served. A kind with rules of its own has a file in `strategies`. */
import { AGE, NAME } from '../table/table';
import type { Resource } from './Resource';
import { configMaps } from './strategies/configMap';
import { deployments } from './strategies/deployment';
import { endpoints, endpointSlices } from './strategies/endpoints';
import { events, eventsV1 } from './strategies/event';
import { metrics } from './strategies/metrics';
import { namespaces } from './strategies/namespace';
import { nodes } from './strategies/node';
import { persistentVolumeClaims } from './strategies/persistentVolumeClaim';
import { persistentVolumes } from './strategies/persistentVolume';
import { pods } from './strategies/pod';
import {
  limitRanges,
  networkPolicies,
  podDisruptionBudgets,
  resourceQuotas,
} from './strategies/policies';
import { rbac } from './strategies/rbac';
import { replicaSets } from './strategies/replicaSet';
import { httpRoutes, ingresses } from './strategies/routes';
import { secrets } from './strategies/secret';
import { services } from './strategies/service';
import { statefulSets } from './strategies/statefulSet';
import { storageClasses } from './strategies/storageClass';

/** Every resource served. */
export const RESOURCES: readonly Resource[] = [
  namespaces,
  nodes,
  pods,
  services,
  endpoints,
  configMaps,
  secrets,
  {
    group: '',
    version: 'v1',
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    namespaced: true,
    shortNames: ['sa'],
    returnsDeleted: true,
    columns: [
      NAME,
      { name: 'Secrets', cell: ({ secrets: held = [] }) => held.length },
      AGE,
    ],
    subresources: [
      {
        name: 'token',
        group: 'authentication.k8s.io',
        version: 'v1',
        kind: 'TokenRequest',
        verbs: ['create'],
      },
    ],
  },
  persistentVolumes,
  persistentVolumeClaims,
  resourceQuotas,
  limitRanges,
  events,
  eventsV1,
  deployments,
  replicaSets,
  statefulSets,
  {
    group: 'apps',
    version: 'v1',
    plural: 'controllerrevisions',
    kind: 'ControllerRevision',
    namespaced: true,
    columns: [
      NAME,
      {
        name: 'Controller',
        cell({ metadata }) {
          const owner = metadata.ownerReferences?.find(each => each.controller);
          return owner
            ? `${owner.kind.toLowerCase()}.apps/${owner.name}`
            : '<none>';
        },
      },
      { name: 'Revision', cell: ({ revision }) => revision },
      AGE,
    ],
  },
  endpointSlices,
  networkPolicies,
  ingresses,
  httpRoutes,
  podDisruptionBudgets,
  storageClasses,
  {
    group: 'coordination.k8s.io',
    version: 'v1',
    plural: 'leases',
    kind: 'Lease',
    namespaced: true,
    columns: [
      NAME,
      { name: 'Holder', cell: ({ spec }) => spec?.holderIdentity ?? '' },
      AGE,
    ],
  },
  {
    group: 'scheduling.k8s.io',
    version: 'v1',
    plural: 'priorityclasses',
    kind: 'PriorityClass',
    namespaced: false,
    shortNames: ['pc'],
    immutable: ['value', 'preemptionPolicy'],
    columns: [
      NAME,
      { name: 'Value', cell: ({ value }) => value ?? 0 },
      {
        name: 'Global-Default',
        cell: ({ globalDefault }) => Boolean(globalDefault),
      },
      AGE,
      {
        name: 'PreemptionPolicy',
        cell: ({ preemptionPolicy }) => preemptionPolicy ?? '',
      },
    ],
    defaults(priority) {
      priority.preemptionPolicy ??= 'PreemptLowerPriority';
      priority.value ??= 0;
    },
  },
  {
    group: 'node.k8s.io',
    version: 'v1',
    plural: 'runtimeclasses',
    kind: 'RuntimeClass',
    namespaced: false,
    immutable: ['handler'],
    columns: [NAME, { name: 'Handler', cell: ({ handler }) => handler }, AGE],
  },
  ...rbac,
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'validatingwebhookconfigurations',
    kind: 'ValidatingWebhookConfiguration',
    namespaced: false,
    generation: true,
    categories: ['api-extensions'],
    columns: [
      NAME,
      {
        name: 'Webhooks',
        type: 'integer',
        cell: ({ webhooks = [] }) => webhooks.length,
      },
      AGE,
    ],
    defaults(configuration) {
      for (const hook of configuration.webhooks ?? []) {
        hook.failurePolicy ??= 'Fail';
        hook.matchPolicy ??= 'Equivalent';
        hook.namespaceSelector ??= {};
        hook.objectSelector ??= {};
        hook.timeoutSeconds ??= 10;
        for (const rule of hook.rules ?? []) rule.scope ??= '*';
      }
    },
  },
  ...metrics,
];

const byPath = new Map(
  RESOURCES.map(r => [`${r.group}/${r.version}/${r.plural}`, r]),
);
// Of two that have a name the one in the core counts.
const byPlural = new Map([...RESOURCES].reverse().map(r => [r.plural, r]));
const byKind = new Map([...RESOURCES].reverse().map(r => [r.kind, r]));
const groups = new Set([
  ...RESOURCES.map(r => `${r.group}/${r.version}`),
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
]);

/** Resources whose objects are kept; others are another view of these, or of none. */
export const STORED: readonly Resource[] = RESOURCES.filter(
  r => !r.storedAs && !r.isMeasured,
);

/** The resource under a group, version and plural name. */
export function findResource(
  group: string,
  version: string,
  plural: string,
): Resource | undefined {
  return byPath.get(`${group}/${version}/${plural}`);
}

/** Whether anything of a group version is served. */
export function isServedGroup(group: string, version: string): boolean {
  return groups.has(`${group}/${version}`);
}

/** The resource with a plural name; for callers inside this package. */
export function resourceOf(plural: string): Resource {
  return byPlural.get(plural)!;
}

/** The resource of a kind. */
export function resourceOfKind(kind: string): Resource | undefined {
  return byKind.get(kind);
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf(
  resource: Pick<Resource, 'group' | 'version'>,
): string {
  return resource.group
    ? `${resource.group}/${resource.version}`
    : resource.version;
}
