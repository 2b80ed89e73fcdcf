/**
 * What the store lets somebody do with entities of the catalog, as a condition. To read:
 * all entities that are not the store's, and those of the store that the store lets them
 * read. To change: those that are not of the store's provider, which alone changes its own. Always a condition: portal search then asks the catalog about each
 * result, so that what is gone from the catalog is gone from search, too, before the
 * search index is made anew.
 */
import {
  DECLARATION_ANNOTATION,
  DECLARATION_KINDS,
  type CatalogReader,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { RESOURCE_TYPE_CATALOG_ENTITY } from '@backstage/plugin-catalog-common/alpha';
import {
  AuthorizeResult,
  type ConditionalPolicyDecision,
  type PermissionCondition,
  type PermissionCriteria,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import { oneOfApps, oneOfDeclarations } from './rules';

type Criteria = PermissionCriteria<PermissionCondition>;

/** The catalog's own rule. */
const ofKind = (...kinds: string[]): Criteria => ({
  rule: 'IS_ENTITY_KIND',
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
  params: { kinds },
});

/** The catalog's own rule: entities that say whose they are. */
const OWNED: Criteria = {
  rule: 'HAS_SPEC',
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
  params: { key: 'owner' },
};

/** The catalog's own rule: what is declared in a repository, and not put there by the store's provider. */
const DECLARED: Criteria = {
  rule: 'HAS_ANNOTATION',
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
  params: { annotation: DECLARATION_ANNOTATION },
};

/** Those who may know owners read the entities that say them, and only those who may. */
function appsOf(reader: CatalogReader): Criteria[] {
  const told = reader.owners ? OWNED : { not: OWNED };
  if (reader.only)
    return reader.only.length
      ? [
          {
            allOf: [
              ofKind('App'),
              { not: DECLARED },
              told,
              oneOfApps({ ids: reader.only }),
            ],
          },
        ]
      : [];
  // Without a word of the store on apps none is shown.
  if (!reader.except) return [];
  return [
    {
      allOf: [
        ofKind('App'),
        { not: DECLARED },
        told,
        ...(reader.except.length
          ? [{ not: oneOfApps({ ids: reader.except }) }]
          : []),
      ],
    },
  ];
}

/** Entities that are none of the store's. */
const OTHERS: Criteria = { not: ofKind(...DECLARATION_KINDS) };

const TAGS: Criteria = { allOf: [ofKind('AppTag'), { not: DECLARED }] };

/** Declarations that somebody may read. */
function declarationsOf({ declarations = [] }: CatalogReader): Criteria[] {
  return declarations.length ? [oneOfDeclarations({ refs: declarations })] : [];
}

function conditional(conditions: Criteria): ConditionalPolicyDecision {
  return {
    result: AuthorizeResult.CONDITIONAL,
    pluginId: 'catalog',
    resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
    conditions,
  };
}

/**
 * What somebody may read.
 *
 * @param reader - what the store says; undefined where it says nothing
 */
export function readDecision(
  reader: CatalogReader | undefined,
): ConditionalPolicyDecision {
  return conditional({
    anyOf: [
      OTHERS,
      ...(reader ? appsOf(reader) : []),
      ...(reader ? declarationsOf(reader) : []),
      ...(reader?.tags ? [TAGS] : []),
    ],
  });
}

/** What somebody may change, who may change entities. */
export const CHANGE_DECISION = conditional({
  anyOf: [OTHERS, DECLARED],
});

/** What both decisions on entities grant. */
export function both(
  store: ConditionalPolicyDecision,
  other: PolicyDecision,
): PolicyDecision {
  if (other.result === AuthorizeResult.DENY) return other;
  if (other.result === AuthorizeResult.ALLOW) return store;
  const { conditions } = other as ConditionalPolicyDecision;
  return { ...store, conditions: { allOf: [store.conditions, conditions] } };
}
