/** The discovery documents, in the form every client understands. */
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
const REVIEWS: Record<string, Array<{ name: string; kind: string }>> = {
  'authentication.k8s.io/v1': [
    { name: 'selfsubjectreviews', kind: 'SelfSubjectReview' },
    { name: 'tokenreviews', kind: 'TokenReview' },
  ],
};

function entries(resource: Resource): Json[] {
  const { plural, kind, namespaced, shortNames } = resource;
  const sub = ({ name, ...extra }: Subresource) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind,
    ...extra,
  });
  const verbs = ['get', 'patch', 'update'];
  return [
    {
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: resource.noDeleteCollection
        ? VERBS.filter(verb => verb !== 'deletecollection')
        : VERBS,
      ...(shortNames ? { shortNames } : {}),
    },
    ...(resource.status ? [sub({ name: 'status', verbs })] : []),
    ...(resource.scale
      ? [
          sub({
            name: 'scale',
            group: 'autoscaling',
            version: 'v1',
            kind: 'Scale',
            verbs,
          }),
        ]
      : []),
    ...(resource.subresources ?? []).map(sub),
  ];
}

function groupVersions(): string[] {
  const named = RESOURCES.filter(r => r.group).map(
    r => `${r.group}/${r.version}`,
  );
  return [...new Set([...named, ...Object.keys(REVIEWS)])];
}

/** The answer to a discovery path, or undefined where the path is none. */
export function discover(path: string, address: string): Json | undefined {
  if (path === '/version') {
    const [major, minor] = KUBERNETES_VERSION.slice(1).split('.');
    return {
      major,
      minor,
      gitVersion: `${KUBERNETES_VERSION}+local-cluster`,
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '2025-10-15T00:00:00Z',
      goVersion: '',
      compiler: 'node',
      platform: `${process.platform}/${process.arch}`,
    };
  }
  if (path === '/api')
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: address },
      ],
    };
  if (path === '/apis')
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groupVersions().map(groupVersion => {
        const [name, version] = groupVersion.split('/');
        const entry = { groupVersion, version };
        return { name, versions: [entry], preferredVersion: entry };
      }),
    };
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))$/.exec(path);
  if (!match) {
    const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
    const groupVersion = groupVersions().find(gv => gv.split('/')[0] === group);
    if (!groupVersion) return undefined;
    const entry = { groupVersion, version: groupVersion.split('/')[1] };
    return {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: group,
      versions: [entry],
      preferredVersion: entry,
    };
  }
  const groupVersion = match[1] ?? `${match[2]}/${match[3]}`;
  if (groupVersion !== 'v1' && !groupVersions().includes(groupVersion))
    return undefined;
  const [group, version] =
    groupVersion === 'v1' ? ['', 'v1'] : groupVersion.split('/');
  return {
    kind: 'APIResourceList',
    ...(groupVersion === 'v1' ? {} : { apiVersion: 'v1' }),
    groupVersion,
    resources: [
      ...RESOURCES.filter(
        r => r.group === group && r.version === version,
      ).flatMap(entries),
      ...(REVIEWS[groupVersion] ?? []).map(r => ({
        ...r,
        singularName: '',
        namespaced: false,
        verbs: ['create'],
      })),
    ],
  };
}
