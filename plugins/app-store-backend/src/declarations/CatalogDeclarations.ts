/** What the catalog holds of declarations, read with the store's own rights. */
import type { AuthService } from '@backstage/backend-plugin-api';
import {
  CATALOG_FILTER_EXISTS,
  ENTITY_STATUS_CATALOG_PROCESSING_TYPE,
} from '@backstage/catalog-client';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  parseLocationRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import {
  locationSpecToMetadataName,
  type CatalogService,
} from '@backstage/plugin-catalog-node';
import {
  DECLARATION_ANNOTATION,
  DECLARATION_KINDS,
  fileProblem,
  type Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** Entities of one request. */
const PAGE = 500;
const BATCH = 100;

/** A declaration as the catalog lists it. */
export interface ListedDeclaration {
  entityRef: string;
  kind: string;
  etag: string;
  location?: string;
  /** Why the file cannot be read as it is now. */
  unreadable?: Problem;
}

/** Reads declarations out of the catalog. */
export class CatalogDeclarations {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;

  constructor(options: { catalog: CatalogService; auth: AuthService }) {
    this.#catalog = options.catalog;
    this.#auth = options.auth;
  }

  /** All of them, with what says whether they changed. @throws where the catalog does not answer */
  async list(): Promise<ListedDeclaration[]> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const found: Entity[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#catalog.queryEntities(
        {
          ...(cursor
            ? { cursor }
            : {
                filter: {
                  kind: [...DECLARATION_KINDS],
                  [`metadata.annotations.${DECLARATION_ANNOTATION}`]:
                    CATALOG_FILTER_EXISTS,
                },
                orderFields: [
                  { field: 'metadata.name', order: 'asc' as const },
                ],
              }),
          fields: [
            'kind',
            'metadata.name',
            'metadata.namespace',
            'metadata.etag',
            'metadata.annotations',
            'status',
          ],
          limit: PAGE,
        },
        { credentials },
      );
      found.push(...page.items.filter(isDeclared));
      cursor = page.pageInfo.nextCursor;
    } while (cursor);
    const files = await this.#unreadableFiles(found);
    return found.map(entity => ({
      ...listed(entity),
      unreadable:
        problemOf(entity) ??
        fileRefs(entity)
          .map(ref => files.get(ref))
          .find(Boolean),
    }));
  }

  /** What is wrong with the files of some declarations, by the refs of their Location entities. */
  async #unreadableFiles(declared: Entity[]): Promise<Map<string, Problem>> {
    const locations = await this.#read(
      [...new Set(declared.flatMap(fileRefs))],
      ['kind', 'metadata.name', 'metadata.namespace', 'status'],
    );
    return new Map(
      locations.flatMap(location => {
        const problem = problemOf(location);
        return problem ? [[stringifyEntityRef(location), problem]] : [];
      }),
    );
  }

  /** Some of them, whole; what is gone meanwhile is left out. */
  async get(entityRefs: string[]): Promise<Entity[]> {
    return this.#read(entityRefs);
  }

  async #read(entityRefs: string[], fields?: string[]): Promise<Entity[]> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const found: Entity[] = [];
    for (let at = 0; at < entityRefs.length; at += BATCH) {
      const { items } = await this.#catalog.getEntitiesByRefs(
        { entityRefs: entityRefs.slice(at, at + BATCH), fields },
        { credentials },
      );
      found.push(...items.filter(entity => entity !== undefined));
    }
    return found;
  }
}

export function locationOf(entity: Entity): string | undefined {
  return entity.metadata.annotations?.[ANNOTATION_LOCATION];
}

/** What no location emits any more is kept for a while, or for ever (Backstage, `catalog.orphanStrategy`). */
const ORPHAN = 'backstage.io/orphan';

function isDeclared({ metadata }: Entity): boolean {
  return metadata.annotations?.[ORPHAN] !== 'true';
}

function listed(entity: Entity): ListedDeclaration {
  return {
    entityRef: stringifyEntityRef(entity),
    kind: entity.kind,
    etag: entity.metadata.etag ?? '',
    location: locationOf(entity),
  };
}

/**
 * Why the catalog could not read an entity when it tried last. It goes on with what it read before, and says so in the
 * status only (Backstage, "Well-known Statuses").
 */
function problemOf(entity: Entity): Problem | undefined {
  const { status } = entity as Entity & {
    status?: {
      items?: Array<{ type: string; level: string; message: string }>;
    };
  };
  const fault = status?.items?.find(
    ({ type, level }) =>
      type === ENTITY_STATUS_CATALOG_PROCESSING_TYPE && level === 'error',
  );
  return fault && fileProblem(fault.message);
}

/** Refs of the catalog's Location entities of the file of a declaration, and of what led to that file. */
function fileRefs({ metadata: { annotations = {} } }: Entity): string[] {
  return [ANNOTATION_LOCATION, ANNOTATION_ORIGIN_LOCATION].flatMap(key =>
    annotations[key]
      ? `location:default/${locationSpecToMetadataName(
          parseLocationRef(annotations[key]),
        )}`
      : [],
  );
}
