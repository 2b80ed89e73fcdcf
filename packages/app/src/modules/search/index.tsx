/** Portal search: its order, its page, and what is over other pages. */
import {
  ApiBlueprint,
  coreExtensionData,
  createFrontendModule,
  discoveryApiRef,
  ExtensionBoundary,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import searchPlugin from '@backstage/plugin-search/alpha';
import { searchApiRef } from '@backstage/plugin-search-react';
import {
  SearchFilterBlueprint,
  SearchResultListItemBlueprint,
} from '@backstage/plugin-search-react/alpha';
import { RankedSearchApi } from './RankedSearchApi';
import { SearchBackend } from './SearchBackend';

export { SearchModal } from './SearchModal';

export const searchModule = createFrontendModule({
  pluginId: 'search',
  extensions: [
    ApiBlueprint.make({
      params: define =>
        define({
          api: searchApiRef,
          deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
          factory: deps => new RankedSearchApi(new SearchBackend(deps)),
        }),
    }),
    searchPlugin.getExtension('page:search').override({
      factory: (original, { node, inputs }) => [
        ...original(),
        coreExtensionData.reactElement(
          ExtensionBoundary.lazy(node, async () => {
            const { SearchPage } = await import('./SearchPage');
            return (
              <SearchPage
                items={inputs.items.map(item =>
                  item.get(SearchResultListItemBlueprint.dataRefs.item),
                )}
                filters={inputs.searchFilters.map(
                  filter =>
                    filter.get(SearchFilterBlueprint.dataRefs.searchFilters)
                      .component,
                )}
              />
            );
          }),
        ),
      ],
    }),
  ],
});
