/**
 * What of the catalog somebody may read, as a condition: all entities that are not the
 * store's, and those of the store that the store lets them read. Always a condition:
 * portal search then asks the catalog about each result, so that what is gone from
 * the catalog is gone from search, too, before the search index is made anew.
 */
import type { CatalogReader } from '@ai-app-store/backstage-plugin-app-store-common';
import { RESOURCE_TYPE_CATALOG_ENTITY } from '@backstage/plugin-catalog-common/alpha';
import {
  AuthorizeResult,
  type ConditionalPolicyDecision,
  type PermissionCondition,
  type PermissionCriteria,
} from '@backstage/plugin-permission-common';
import { oneOfApps } from './rules';

type Criteria = PermissionCriteria<PermissionCondition>;

/** The catalog's own rule. */
const ofKind = (...kinds: string[]): Criteria => ({
  rule: 'IS_ENTITY_KIND',
  resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
  params: { kinds },
});

function appsOf(reader: CatalogReader): Criteria[] {
  if (reader.only)
    return reader.only.length ? [oneOfApps({ ids: reader.only })] : [];
  // Without a word of the store on apps none is shown.
  if (!reader.except) return [];
  if (!reader.except.length) return [ofKind('App')];
  return [
    { allOf: [ofKind('App'), { not: oneOfApps({ ids: reader.except }) }] },
  ];
}

/** @param reader - what the store says; undefined where it says nothing */
export function catalogDecision(
  reader: CatalogReader | undefined,
): ConditionalPolicyDecision {
  const conditions: Criteria[] = [
    { not: ofKind('App', 'AppTag') },
    ...(reader ? appsOf(reader) : []),
    ...(reader?.tags ? [ofKind('AppTag')] : []),
  ];
  return {
    result: AuthorizeResult.CONDITIONAL,
    pluginId: 'catalog',
    resourceType: RESOURCE_TYPE_CATALOG_ENTITY,
    conditions: { anyOf: conditions as [Criteria, ...Criteria[]] },
  };
}
