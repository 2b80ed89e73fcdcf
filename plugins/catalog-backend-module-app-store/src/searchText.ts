/** What search finds an app by, beside the title. */
import type { Entity } from '@backstage/catalog-model';
import { CATALOG_API_VERSION } from '@ai-app-store/backstage-plugin-app-store-common';

/**
 * Name, version, keywords and description of an app or tag, for the transformer of the
 * portal's catalog collator; undefined for all other entities.
 *
 * @public
 */
export function appStoreSearchText(entity: Entity): string | undefined {
  if (entity.apiVersion !== CATALOG_API_VERSION) return undefined;
  const { description, tags = [] } = entity.metadata;
  return [entity.spec?.name, entity.spec?.version, ...tags, description]
    .filter(Boolean)
    .join(' : ');
}
