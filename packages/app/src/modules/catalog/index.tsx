/** The store's kinds on the catalog's page and in its graph, and their icons. */
import {
  ApiBlueprint,
  coreExtensionData,
  createFrontendModule,
  ExtensionBoundary,
} from '@backstage/frontend-plugin-api';
import { IconBundleBlueprint } from '@backstage/plugin-app-react';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import {
  ALL_RELATION_PAIRS,
  ALL_RELATIONS,
  catalogGraphApiRef,
  DefaultCatalogGraphApi,
} from '@backstage/plugin-catalog-graph';
import { RiPriceTag3Line, RiStore2Line } from '@remixicon/react';
import './graph.css';

export const kindIconsModule = createFrontendModule({
  pluginId: 'app',
  extensions: [
    IconBundleBlueprint.make({
      name: 'app-store-kinds',
      params: {
        icons: {
          'kind:app': <RiStore2Line />,
          'kind:apptag': <RiPriceTag3Line />,
        },
      },
    }),
  ],
});

export const catalogGraphModule = createFrontendModule({
  pluginId: 'catalog-graph',
  extensions: [
    ApiBlueprint.make({
      params: define =>
        define({
          api: catalogGraphApiRef,
          deps: {},
          factory: () =>
            new DefaultCatalogGraphApi({
              knownRelations: [...ALL_RELATIONS, 'hasTag', 'tagOf'],
              knownRelationPairs: [...ALL_RELATION_PAIRS, ['hasTag', 'tagOf']],
              defaultRelationTypes: { exclude: [] },
            }),
        }),
    }),
  ],
});

export const catalogPageModule = createFrontendModule({
  pluginId: 'catalog',
  extensions: [
    catalogPlugin.getExtension('page:catalog').override({
      factory: (original, { node, inputs, config }) => [
        ...original(),
        coreExtensionData.reactElement(
          ExtensionBoundary.lazy(node, async () => {
            const { CatalogPage } = await import('./CatalogPage');
            return (
              <CatalogPage
                filters={inputs.filters.map(filter =>
                  filter.get(coreExtensionData.reactElement),
                )}
                pagination={config.pagination}
              />
            );
          }),
        ),
      ],
    }),
  ],
});
