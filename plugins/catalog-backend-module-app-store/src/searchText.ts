/** What search finds an app by beside the title, and what it says of it. */
import type { Entity } from '@backstage/catalog-model';
import {
  CATALOG_API_VERSION,
  DECLARATION_ANNOTATION,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** What the store's provider put into the catalog; a declaration is found as any other entity is. */
const isOfIndex = ({ apiVersion, metadata }: Entity) =>
  apiVersion === CATALOG_API_VERSION &&
  metadata.annotations?.[DECLARATION_ANNOTATION] === undefined;

/**
 * Description, name, version and keywords of an app or tag, for the transformer of the
 * portal's catalog collator; undefined for all other entities.
 *
 * @public
 */
export function appStoreSearchText(entity: Entity): string | undefined {
  if (!isOfIndex(entity)) return undefined;
  const { description, tags = [] } = entity.metadata;
  return [description, entity.spec?.name, entity.spec?.version, ...tags]
    .filter(Boolean)
    .join(' : ');
}

/**
 * What a document of the search index has beside its text, so that a page can show one
 * result for each app; nothing for all other entities.
 *
 * @public
 */
export function appStoreSearchFields(entity: Entity): {
  appName?: string;
  appVersion?: string;
  description?: string;
} {
  if (!isOfIndex(entity) || entity.kind !== 'App') return {};
  return {
    appName: String(entity.spec?.name),
    appVersion: String(entity.spec?.version),
    description: entity.metadata.description ?? '',
  };
}
