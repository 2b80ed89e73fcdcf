/** The paths and operations of a group version, as its OpenAPI document lists them. */
import type { Resource } from '../registry/Resource';
import type { Json } from '../types';

/** What an operation takes and gives. */
export interface Operation {
  /** As roles name it; `list` for a collection. */
  verb: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** The kind that it is about; a subresource may have one of its own. */
  kind: { group: string; version: string; kind: string };
  /** Whether it answers with a list of the kind. */
  isList?: boolean;
}

/** A path with its operations. */
export interface OperationPath {
  path: string;
  parameters: string[];
  operations: Operation[];
}

const ITEM = [
  ['get', 'get'],
  ['update', 'put'],
  ['patch', 'patch'],
  ['delete', 'delete'],
] as const;

/** Where a group version is served. */
export function rootOf({
  group,
  version,
}: {
  group: string;
  version: string;
}): string {
  return group ? `/apis/${group}/${version}` : `/api/${version}`;
}

function subresources(resource: Resource): Json[] {
  const parts = ['get', 'patch', 'update'];
  return [
    ...(resource.subresources ?? []),
    ...(resource.status ? [{ name: 'status', verbs: parts }] : []),
    ...(resource.scale
      ? [
          {
            name: 'scale',
            group: 'autoscaling',
            version: 'v1',
            kind: 'Scale',
            verbs: parts,
          },
        ]
      : []),
  ];
}

/** The paths of one resource: all of a kind, those of a namespace, one, and its subresources. */
export function pathsOf(resource: Resource): OperationPath[] {
  const { group, version, kind, plural, namespaced, verbs } = resource;
  const has = (verb: string) => !verbs || verbs.includes(verb);
  const own = { group, version, kind };
  const root = rootOf(resource);
  const collection = `${root}${
    namespaced ? '/namespaces/{namespace}' : ''
  }/${plural}`;
  const parameters = namespaced ? ['namespace'] : [];
  const list: Operation[] = has('list')
    ? [{ verb: 'list', method: 'get', kind: own, isList: true }]
    : [];
  const found: OperationPath[] = [];
  if (namespaced && list.length)
    found.push({ path: `${root}/${plural}`, parameters: [], operations: list });
  found.push({
    path: collection,
    parameters,
    operations: [
      ...list,
      ...(has('create')
        ? [{ verb: 'create', method: 'post', kind: own } as const]
        : []),
    ],
  });
  const item = `${collection}/{name}`;
  found.push({
    path: item,
    parameters: [...parameters, 'name'],
    operations: ITEM.filter(([verb]) => has(verb)).map(([verb, method]) => ({
      verb,
      method,
      kind: own,
    })),
  });
  for (const sub of subresources(resource)) {
    const methods = [...ITEM, ['create', 'post'] as const].filter(([verb]) =>
      sub.verbs.includes(verb),
    );
    found.push({
      path: `${item}/${sub.name}`,
      parameters: [...parameters, 'name'],
      operations: methods.map(([verb, method]) => ({
        verb,
        method,
        kind: sub.kind
          ? { group: sub.group ?? '', version: sub.version, kind: sub.kind }
          : own,
      })),
    });
  }
  return found.filter(({ operations }) => operations.length);
}
