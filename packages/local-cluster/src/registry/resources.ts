/** The resources served. A kind with rules of its own has a file in `strategies`. */
import type { Resource } from './Resource';
import { configMaps } from './strategies/configMap';
import { deployments } from './strategies/deployment';
import { namespaces } from './strategies/namespace';
import { persistentVolumeClaims } from './strategies/persistentVolumeClaim';
import { pods } from './strategies/pod';
import { replicaSets } from './strategies/replicaSet';
import { secrets } from './strategies/secret';
import { services } from './strategies/service';
import { statefulSets } from './strategies/statefulSet';

const core = { group: '', version: 'v1', namespaced: true };

/** Every resource served. */
export const RESOURCES: readonly Resource[] = [
  namespaces,
  {
    ...core,
    plural: 'nodes',
    kind: 'Node',
    namespaced: false,
    shortNames: ['no'],
    status: true,
  },
  pods,
  services,
  configMaps,
  secrets,
  {
    ...core,
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    shortNames: ['sa'],
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
  {
    ...core,
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    namespaced: false,
    shortNames: ['pv'],
    status: true,
  },
  persistentVolumeClaims,
  { ...core, plural: 'events', kind: 'Event', shortNames: ['ev'] },
  deployments,
  replicaSets,
  statefulSets,
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
    shortNames: ['netpol'],
    generation: true,
  },
];

const byPath = new Map(
  RESOURCES.map(r => [`${r.group}/${r.version}/${r.plural}`, r]),
);
const byPlural = new Map(RESOURCES.map(r => [r.plural, r]));
const byKind = new Map(RESOURCES.map(r => [r.kind, r]));

/** The resource under a group, version and plural name. */
export function findResource(
  group: string,
  version: string,
  plural: string,
): Resource | undefined {
  return byPath.get(`${group}/${version}/${plural}`);
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
export function apiVersionOf(resource: Resource): string {
  return resource.group
    ? `${resource.group}/${resource.version}`
    : resource.version;
}
