/** What the catalog, search and the permission framework ask of the store, in the names of their plugins. */
import type { CatalogIndex } from './CatalogIndex';
import type { HandlersOf } from '../http/operations';

/** What the handlers stand on. */
export interface CatalogIndexHandlerOptions {
  index: CatalogIndex;
}

export function catalogIndexHandlers(
  options: CatalogIndexHandlerOptions,
): HandlersOf<
  'listCatalogApps' | 'listCatalogTags' | 'listCatalogTexts' | 'readCatalogAs'
> {
  const { index } = options;
  return {
    async listCatalogApps(request, response) {
      const { limit = 1000, cursor, name } = request.query;
      response.json(await index.apps({ limit, cursor, name }));
    },

    async listCatalogTags(_, response) {
      response.json({ items: await index.tags() });
    },

    async listCatalogTexts(request, response) {
      response.json({ items: await index.texts(request.body.ids) });
    },

    async readCatalogAs(request, response) {
      response.json(await index.readableBy(request.body.userEntityRef));
    },
  };
}
