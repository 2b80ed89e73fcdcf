/** What the catalog holds of declarations, read with the store's own rights. */
import type { AuthService } from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import {
  ANNOTATION_LOCATION,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  DECLARATION_ANNOTATION,
  DECLARATION_KINDS,
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
    const found: ListedDeclaration[] = [];
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
          ],
          limit: PAGE,
        },
        { credentials },
      );
      found.push(...page.items.filter(isDeclared).map(listed));
      cursor = page.pageInfo.nextCursor;
    } while (cursor);
    return found;
  }

  /** Some of them, whole; what is gone meanwhile is left out. */
  async get(entityRefs: string[]): Promise<Entity[]> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const found: Entity[] = [];
    for (let at = 0; at < entityRefs.length; at += BATCH) {
      const { items } = await this.#catalog.getEntitiesByRefs(
        { entityRefs: entityRefs.slice(at, at + BATCH) },
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
