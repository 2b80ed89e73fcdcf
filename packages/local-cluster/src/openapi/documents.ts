/**
 * The OpenAPI documents: version 3 one for each group version, version 2 one for all
 * (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition).
 */
import { createHash } from 'node:crypto';
import { REVIEWS } from '../auth/reviews';
import type { Resource } from '../registry/Resource';
import { RESOURCES } from '../registry/resources';
import { hasKind, KUBERNETES_VERSION, schemaKey } from '../schema/Schema';
import type { Json } from '../types';
import { definitionName, Definitions } from './definitions';
import { pathsOf, rootOf, type Operation } from './paths';

const GVK = 'x-kubernetes-group-version-kind';
const FORMS = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];
const PATCHES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
/** What a write may say in its query. */
const OF_WRITES = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'];
const OF_LISTS = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'pretty',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const OF_DELETIONS = [
  'dryRun',
  'gracePeriodSeconds',
  'orphanDependents',
  'pretty',
  'propagationPolicy',
];

interface GroupVersion {
  group: string;
  version: string;
}

/** Every resource that a document is about, the reviews among them. */
function documented(): Resource[] {
  return [
    ...RESOURCES,
    ...REVIEWS.map(({ group, kind, plural, namespaced = false }) => ({
      group,
      version: 'v1',
      kind,
      plural,
      namespaced,
      verbs: ['create'],
    })),
  ];
}

function groupVersions(): GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  for (const { group, version } of documented())
    found.set(rootOf({ group, version }), { group, version });
  return [...found.values()];
}

function queryOf({ verb, isList }: Operation): string[] {
  if (isList) return OF_LISTS;
  if (verb === 'get') return ['pretty'];
  if (verb === 'delete') return OF_DELETIONS;
  return verb === 'patch' ? [...OF_WRITES, 'force'] : OF_WRITES;
}

/** One document, of one form. */
abstract class Document {
  protected readonly definitions: Definitions;

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /** A reference to a kind; to anything for one that the schema does not have. */
  protected kind(of: Operation['kind']): Json {
    if (!hasKind(of)) return { type: 'object' };
    const key = schemaKey(of);
    this.definitions.refer(key);
    return this.definitions.define(definitionName(key), { [GVK]: [of] });
  }

  protected list(of: Operation['kind']): Json {
    if (!hasKind(of)) return { type: 'object' };
    return this.definitions.define(`${definitionName(schemaKey(of))}List`, {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        items: { type: 'array', items: this.kind(of) },
        kind: { type: 'string' },
        metadata: this.definitions.refer('ListMeta'),
      },
      [GVK]: [{ ...of, kind: `${of.kind}List` }],
    });
  }

  protected abstract operation(of: Operation, id: string): Json;
  protected abstract parameter(name: string, place: 'path' | 'query'): Json;

  paths(resources: Resource[]): Record<string, Json> {
    const paths: Record<string, Json> = {};
    for (const resource of resources)
      for (const { path, parameters, operations } of pathsOf(resource)) {
        const found: Json = {};
        for (const each of operations)
          found[each.method] = {
            ...this.operation(each, `${each.verb}${path.replace(/\W+/g, '_')}`),
            'x-kubernetes-action': each.verb,
            [GVK]: each.kind,
          };
        found.parameters = parameters.map(name => this.parameter(name, 'path'));
        paths[path] = found;
      }
    return Object.fromEntries(
      Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}

const INFO = { title: 'Kubernetes', version: KUBERNETES_VERSION };

class DocumentV3 extends Document {
  constructor() {
    super(new Definitions('#/components/schemas/'));
  }

  protected parameter(name: string, place: 'path' | 'query'): Json {
    return {
      name,
      in: place,
      ...(place === 'path' ? { required: true } : {}),
      schema: { type: 'string', uniqueItems: true },
    };
  }

  protected operation(of: Operation, operationId: string): Json {
    const schema = of.isList ? this.list(of.kind) : this.kind(of.kind);
    const content = (types: string[], body: Json) =>
      Object.fromEntries(types.map(type => [type, { schema: body }]));
    const bodies: Record<string, Json> = {
      post: content(FORMS, schema),
      put: content(FORMS, schema),
      patch: content(PATCHES, { type: 'object' }),
      delete: content(FORMS, this.definitions.refer('DeleteOptions')),
    };
    return {
      operationId,
      parameters: queryOf(of).map(name => this.parameter(name, 'query')),
      ...(bodies[of.method]
        ? { requestBody: { content: bodies[of.method] } }
        : {}),
      responses: {
        200: { description: 'OK', content: content(FORMS, schema) },
        401: { description: 'Unauthorized' },
      },
    };
  }

  make(at: GroupVersion): Json {
    const paths = this.paths(
      documented().filter(
        ({ group, version }) => group === at.group && version === at.version,
      ),
    );
    return {
      openapi: '3.0.0',
      info: INFO,
      paths,
      components: { schemas: this.definitions.all },
    };
  }
}

class DocumentV2 extends Document {
  constructor() {
    super(new Definitions('#/definitions/'));
  }

  protected parameter(name: string, place: 'path' | 'query'): Json {
    return {
      name,
      in: place,
      type: 'string',
      uniqueItems: true,
      ...(place === 'path' ? { required: true } : {}),
    };
  }

  protected operation(of: Operation, operationId: string): Json {
    const schema = of.isList ? this.list(of.kind) : this.kind(of.kind);
    const bodies: Record<string, Json> = {
      post: schema,
      put: schema,
      patch: { type: 'object' },
      delete: this.definitions.refer('DeleteOptions'),
    };
    const body = bodies[of.method];
    return {
      operationId,
      consumes: of.method === 'patch' ? PATCHES : FORMS,
      produces: FORMS,
      parameters: [
        ...(body
          ? [{ name: 'body', in: 'body', required: true, schema: body }]
          : []),
        ...queryOf(of).map(name => this.parameter(name, 'query')),
      ],
      responses: {
        200: { description: 'OK', schema },
        401: { description: 'Unauthorized' },
      },
    };
  }

  make(): Json {
    const paths = this.paths(documented());
    return {
      swagger: '2.0',
      info: INFO,
      paths,
      definitions: this.definitions.all,
    };
  }
}

/** Documents that have been asked for, as the text that is sent. They never change. */
const made = new Map<string, string>();

function cached(path: string, make: () => Json): string {
  const known = made.get(path) ?? JSON.stringify(make());
  made.set(path, known);
  return known;
}

/**
 * The document at a path, as JSON.
 *
 * @returns undefined where there is none
 */
export function openApi(path: string): string | undefined {
  if (path === '/openapi/v2')
    return cached(path, () => new DocumentV2().make());
  if (path === '/openapi/v3')
    return cached(path, () => ({
      paths: Object.fromEntries(
        groupVersions().map(at => {
          const url = `/openapi/v3${rootOf(at)}`;
          const hash = createHash('sha512')
            .update(openApi(url)!)
            .digest('hex')
            .toUpperCase();
          return [
            rootOf(at).slice(1),
            { serverRelativeURL: `${url}?hash=${hash}` },
          ];
        }),
      ),
    }));
  const found = groupVersions().find(at => path === `/openapi/v3${rootOf(at)}`);
  return found && cached(path, () => new DocumentV3().make(found));
}
