/**
 * The discovery documents: group by group as every client understands them, and all at once
 * (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api).
 */
import { REVIEWS } from '../auth/reviews';
import type { Resource, Subresource } from '../registry/Resource';
import { RESOURCES } from '../registry/resources';
import { KUBERNETES_VERSION } from '../schema/Schema';
import type { Json } from '../types';

const VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const PART_VERBS = ['get', 'patch', 'update'];

/** One resource of a group version, as discovery tells of it. */
interface Entry {
  plural: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources: Subresource[];
}

function entryOf(resource: Resource): Entry {
  const { plural, kind, namespaced, shortNames, categories } = resource;
  const subresources: Subresource[] = [...(resource.subresources ?? [])];
  if (resource.status) subresources.push({ name: 'status', verbs: PART_VERBS });
  if (resource.scale)
    subresources.push({
      name: 'scale',
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: PART_VERBS,
    });
  return {
    plural,
    kind,
    namespaced,
    verbs:
      resource.verbs ??
      VERBS.filter(
        verb => verb !== 'deletecollection' || !resource.noDeleteCollection,
      ),
    shortNames,
    categories,
    subresources: subresources.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function entriesOf(group: string, version: string): Entry[] {
  const reviews = REVIEWS.filter(
    review => review.group === group && version === 'v1',
  ).map(({ plural, kind, namespaced = false }) => ({
    plural,
    kind,
    namespaced,
    verbs: ['create'],
    subresources: [],
  }));
  return [
    ...RESOURCES.filter(r => r.group === group && r.version === version).map(
      entryOf,
    ),
    ...reviews,
  ].sort((a, b) => (a.plural < b.plural ? -1 : 1));
}

/** The order in which a real server lists its groups. */
const GROUPS = [
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'gateway.networking.k8s.io',
  'metrics.k8s.io',
];

/** Group and version of all but the core. */
function groupVersions(): Array<{ group: string; version: string }> {
  return GROUPS.map(group => ({
    group,
    version: RESOURCES.find(r => r.group === group)?.version ?? 'v1',
  }));
}

function resourceList(group: string, version: string): Json {
  return {
    kind: 'APIResourceList',
    ...(group ? { apiVersion: 'v1' } : {}),
    groupVersion: group ? `${group}/${version}` : version,
    resources: entriesOf(group, version).flatMap(entry => [
      {
        name: entry.plural,
        singularName: entry.kind.toLowerCase(),
        namespaced: entry.namespaced,
        kind: entry.kind,
        verbs: entry.verbs,
        ...(entry.shortNames ? { shortNames: entry.shortNames } : {}),
        ...(entry.categories ? { categories: entry.categories } : {}),
      },
      ...entry.subresources.map(({ name, kind, ...rest }) => ({
        name: `${entry.plural}/${name}`,
        singularName: '',
        namespaced: entry.namespaced,
        ...rest,
        kind: kind ?? entry.kind,
      })),
    ]),
  };
}

/** A group version as aggregated discovery tells of it. */
function aggregated(group: string, version: string): Json {
  const kindOf = (
    kind: string,
    at: { group?: string; version?: string } = { group, version },
  ) => ({ group: at.group ?? '', version: at.version ?? '', kind });
  return {
    version,
    resources: entriesOf(group, version).map(entry => ({
      resource: entry.plural,
      responseKind: kindOf(entry.kind),
      scope: entry.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: entry.kind.toLowerCase(),
      verbs: entry.verbs,
      ...(entry.shortNames ? { shortNames: entry.shortNames } : {}),
      ...(entry.categories ? { categories: entry.categories } : {}),
      ...(entry.subresources.length
        ? {
            subresources: entry.subresources.map(sub => ({
              subresource: sub.name,
              responseKind: sub.kind
                ? kindOf(sub.kind, { group: sub.group, version: sub.version })
                : kindOf(entry.kind),
              verbs: sub.verbs,
            })),
          }
        : {}),
    })),
    freshness: 'Current',
  };
}

function aggregatedList(
  items: Array<{ group: string; version: string }>,
): Json {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: items.map(({ group, version }) => ({
      metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
      versions: [aggregated(group, version)],
    })),
  };
}

function groupObject({ group, version }: { group: string; version: string }) {
  const entry = { groupVersion: `${group}/${version}`, version };
  return { name: group, versions: [entry], preferredVersion: entry };
}

function versionInfo(): Json {
  const [major, minor] = KUBERNETES_VERSION.slice(1).split('.');
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: KUBERNETES_VERSION,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2025-10-15T00:00:00Z',
    goVersion: 'go1.24.4',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

/** Whether a client asks for all at once. */
export function wantsAggregated(accept: string | undefined): boolean {
  return /as=APIGroupDiscoveryList/.test(accept ?? '');
}

/** The media type of aggregated discovery. */
export const AGGREGATED_TYPE =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * The answer to a discovery path, or undefined where the path is none.
 *
 * @param isAggregated - all resources of all groups, for the two roots
 */
export function discover(
  path: string,
  address: string,
  isAggregated = false,
): Json | undefined {
  if (path === '/version') return versionInfo();
  if (path === '/api')
    return isAggregated
      ? aggregatedList([{ group: '', version: 'v1' }])
      : {
          kind: 'APIVersions',
          versions: ['v1'],
          serverAddressByClientCIDRs: [
            { clientCIDR: '0.0.0.0/0', serverAddress: address },
          ],
        };
  if (path === '/apis')
    return isAggregated
      ? aggregatedList(groupVersions())
      : {
          kind: 'APIGroupList',
          apiVersion: 'v1',
          groups: groupVersions().map(groupObject),
        };
  if (path === '/api/v1') return resourceList('', 'v1');
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  const found = groupVersions().find(each => each.group === group);
  if (!found) return undefined;
  if (!version)
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupObject(found) };
  return version === found.version ? resourceList(group, version) : undefined;
}
