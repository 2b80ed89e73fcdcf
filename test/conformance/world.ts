/**
 * What there is before a group is played: what it addresses or is shown and does not make itself,
 * from the earliest body in the file that shows it.
 */
import {
  LEFT,
  objectPath,
  objectsIn,
  parseApiPath,
  collectionPath,
  type Exchange,
  type Json,
} from './recording';

/** The objects that one answer shows, by path. */
export function shownIn({ response }: Exchange): Map<string, Json> {
  const shown = new Map<string, Json>();
  const note = (body: Json) => {
    for (const object of objectsIn(body)) {
      const path = objectPath(object);
      if (!shown.has(path)) shown.set(path, object);
    }
  };
  note(response.body);
  for (const { line } of response.stream ?? []) note(line?.object);
  return shown;
}

/** Every object that the file shows, by path, as it was shown first. */
export function earliestBodies(exchanges: Exchange[]): Map<string, Json> {
  const shown = new Map<string, Json>();
  for (const exchange of exchanges)
    for (const [path, object] of shownIn(exchange))
      if (!shown.has(path)) shown.set(path, object);
  return shown;
}

/** Made by a controller of the server, not by whoever was recorded. */
export function isServerMade({ kind, metadata }: Json): boolean {
  return (
    kind === 'Event' ||
    kind === 'Endpoints' ||
    kind === 'EndpointSlice' ||
    metadata.name === 'kube-root-ca.crt' ||
    (kind === 'ServiceAccount' && metadata.name === 'default') ||
    Boolean(metadata.ownerReferences?.length) ||
    Boolean(metadata.annotations?.['pv.kubernetes.io/provisioned-by'])
  );
}

/** Paths of what one answer shows to be there. */
export function shownBy({ request, response }: Exchange): string[] {
  const at = parseApiPath(request.path);
  if (!at || response.status >= 300 || at.query.get('dryRun')) return [];
  const ofRows = (response.body?.rows ?? []).flatMap((row: Json) =>
    row.object?.metadata?.name
      ? [
          `${collectionPath(
            at.apiVersion,
            at.plural,
            row.object.metadata.namespace,
          )}/${row.object.metadata.name}`,
        ]
      : [],
  );
  const partial = (response.body?.items ?? []).flatMap((item: Json) =>
    item.kind === 'PartialObjectMetadata'
      ? [
          `${collectionPath(
            at.apiVersion,
            at.plural,
            item.metadata.namespace,
          )}/${item.metadata.name}`,
        ]
      : [],
  );
  const { query } = at;
  // What a watch without a version begins with is there; what comes after it is a change.
  const isFromNow =
    ['', '0'].includes(query.get('resourceVersion') ?? '') ||
    query.get('sendInitialEvents') === 'true';
  const streamed = (response.stream ?? [])
    .filter(
      ({ t, line }) =>
        isFromNow && t < 0.1 && line !== LEFT && line?.type === 'ADDED',
    )
    .flatMap(({ line }) => objectsIn(line.object));
  return [
    ...ofRows,
    ...partial,
    ...[...objectsIn(response.body), ...streamed].map(objectPath),
  ];
}

/** What a list left for its next pages: what the group shows later of the same collection, and is as old. */
function beyondPage(exchange: Exchange, group: Exchange[]): string[] {
  const { request, response } = exchange;
  const at = parseApiPath(request.path);
  const { continue: next, resourceVersion } = response.body?.metadata ?? {};
  if (!at || !next) return [];
  const base = `${collectionPath(at.apiVersion, at.plural, at.namespace)}/`;
  return group
    .slice(group.indexOf(exchange))
    .flatMap(later => [...shownIn(later)])
    .filter(
      ([path, { metadata }]) =>
        path.startsWith(base) &&
        Number(metadata.resourceVersion) <= Number(resourceVersion),
    )
    .map(([path]) => path);
}

/** Where a request found something, or made it. */
function touched({ request, response }: Exchange): {
  needs?: string;
  makes?: string;
  /** It may have been refused for what was not there. */
  perhaps?: boolean;
} {
  const at = parseApiPath(request.path);
  if (!at) return {};
  const base = collectionPath(at.apiVersion, at.plural, at.namespace);
  if (request.method === 'POST' && !at.name) {
    const name = response.body?.metadata?.name ?? request.body?.metadata?.name;
    if (response.status === 201 && !at.query.get('dryRun'))
      return { makes: `${base}/${name}` };
    return response.status === 409
      ? { needs: `${base}/${name}`, perhaps: true }
      : {};
  }
  if (!at.name) return {};
  const path = `${base}/${at.name}`;
  if (response.status === 201 && request.method === 'PATCH')
    return { makes: path };
  if (response.status === 404 || response.status === 405) return {};
  // Of nothing, an answer tells as much as of something.
  if (response.status === 403 || response.status === 401) return {};
  return { needs: path, perhaps: response.status >= 300 };
}

/** What a group needs. */
export interface World {
  /** Bodies by the exchange before which they are made, in the order in which they can be. */
  before: Map<Exchange, Json[]>;
  /** Paths that are addressed, and that no body in the file shows. */
  unknown: Set<string>;
}

const ORDER = [
  'Namespace',
  'StorageClass',
  'PriorityClass',
  'Node',
  'ServiceAccount',
  'ClusterRole',
  'Role',
  'ClusterRoleBinding',
  'RoleBinding',
  'ResourceQuota',
  'LimitRange',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Secret',
  'ConfigMap',
  'Service',
];

/** What is to be there when each exchange of a group is played. */
export function worldOf(group: Exchange[], shown: Map<string, Json>): World {
  const there = new Set<string>();
  const unknown = new Set<string>();
  const before = new Map<Exchange, Json[]>();
  for (const exchange of group) {
    const needed: Json[] = [];
    const needNamespace = (name: string) => {
      const path = `/api/v1/namespaces/${name}`;
      if (there.has(path)) return;
      there.add(path);
      needed.push(
        shown.get(path) ?? {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        },
      );
    };
    const own =
      exchange.request.method === 'GET' ? shownIn(exchange) : undefined;
    const need = (path: string, perhaps = false) => {
      if (there.has(path) || unknown.has(path)) return;
      // An answer to a read shows it as it was then; others show what came of it.
      const body = own?.get(path) ?? shown.get(path);
      if (!body) {
        if (!perhaps) unknown.add(path);
        return;
      }
      there.add(path);
      const namespace = /\/namespaces\/([^/]+)\/[^/]+\//.exec(path)?.[1];
      if (namespace) needNamespace(namespace);
      if (!isServerMade(body)) needed.push(body);
    };
    const { needs, makes, perhaps } = touched(exchange);
    const at = parseApiPath(exchange.request.path);
    const { status } = exchange.response;
    // Who could write into a namespace, or was refused for the body alone, had one.
    if (
      at?.namespace &&
      ((exchange.response.stream && shownIn(exchange).size > 0) ||
        (exchange.request.method !== 'GET' &&
          (makes || needs || [400, 409, 415, 422].includes(status))))
    )
      needNamespace(at.namespace);
    if (needs) need(needs, perhaps);
    if (makes) there.add(makes);
    for (const path of [...shownBy(exchange), ...beyondPage(exchange, group)])
      need(path);
    const rank = ({ kind }: Json) =>
      ORDER.indexOf(kind) + 1 || ORDER.length + 1;
    if (needed.length)
      before.set(
        exchange,
        needed.sort((a, b) => rank(a) - rank(b)),
      );
  }
  return { before, unknown };
}

/** What is written of a body to have the object again: nothing that a server adds. */
export function writable(object: Json): Json {
  const {
    uid,
    resourceVersion,
    creationTimestamp,
    generation,
    managedFields,
    selfLink,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    ...metadata
  } = object.metadata;
  const { status, ...rest } = object;
  const body = { ...rest, metadata };
  if (object.kind === 'Namespace')
    return { ...rest, spec: undefined, metadata };
  if (object.kind === 'Pod')
    return { ...body, spec: writablePodSpec(body.spec) };
  if (object.kind === 'Service' && body.spec.clusterIP !== 'None') {
    const { clusterIP, clusterIPs, ...spec } = body.spec;
    return { ...body, spec };
  }
  if (object.kind === 'PersistentVolumeClaim') {
    const { volumeName, ...spec } = body.spec;
    const { annotations = {} } = metadata;
    const own = Object.fromEntries(
      Object.entries(annotations).filter(
        ([key]) =>
          !/^(pv\.kubernetes\.io|volume\..*kubernetes\.io)\//.test(key),
      ),
    );
    return { ...body, metadata: { ...metadata, annotations: own }, spec };
  }
  return body;
}

/** Without what the scheduler and the admission of service accounts wrote. */
function writablePodSpec(spec: Json): Json {
  const isToken = (name: string) => name.startsWith('kube-api-access-');
  const ofContainer = (container: Json) => ({
    ...container,
    volumeMounts: container.volumeMounts?.filter(
      (mount: Json) => !isToken(mount.name),
    ),
  });
  const {
    nodeName,
    priority,
    preemptionPolicy,
    serviceAccount,
    serviceAccountName,
    tolerations,
    ...rest
  } = spec;
  const own = tolerations?.filter(
    ({ key }: Json) => !/^node\.kubernetes\.io\//.test(key),
  );
  return {
    ...rest,
    ...(own?.length ? { tolerations: own } : {}),
    volumes: spec.volumes?.filter((volume: Json) => !isToken(volume.name)),
    containers: spec.containers.map(ofContainer),
    ...(spec.initContainers
      ? { initContainers: spec.initContainers.map(ofContainer) }
      : {}),
  };
}
