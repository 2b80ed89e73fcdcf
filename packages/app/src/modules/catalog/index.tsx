/** The store's kinds on the catalog's page and in its graph, and their icons. */
import {
  ApiBlueprint,
  coreExtensionData,
  createFrontendModule,
  ExtensionBoundary,
} from '@backstage/frontend-plugin-api';
import { IconBundleBlueprint } from '@backstage/plugin-app-react';
import { DefaultEntityPresentationApi } from '@backstage/plugin-catalog';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import {
  catalogApiRef,
  entityPresentationApiRef,
} from '@backstage/plugin-catalog-react';
import {
  ALL_RELATION_PAIRS,
  ALL_RELATIONS,
  catalogGraphApiRef,
  DefaultCatalogGraphApi,
} from '@backstage/plugin-catalog-graph';
import {
  RiKey2Line,
  RiLinksLine,
  RiPlayCircleLine,
  RiPriceTag3Line,
  RiStore2Line,
} from '@remixicon/react';
import './graph.css';

/** Relations of the store's kinds; some stand on one side alone. */
const PAIRS: Array<[string, string]> = [
  ['hasTag', 'tagOf'],
  ['newerVersionOf', 'olderVersionOf'],
  ['instanceOf', 'hasInstance'],
  ['aliasFor', 'hasAlias'],
  ['neededBy', 'needsSecret'],
];

/** By kind, as entity refs have it. */
const KIND_ICONS = {
  app: RiStore2Line,
  apptag: RiPriceTag3Line,
  appinstance: RiPlayCircleLine,
  appsecret: RiKey2Line,
  appalias: RiLinksLine,
};

export const kindIconsModule = createFrontendModule({
  pluginId: 'app',
  extensions: [
    IconBundleBlueprint.make({
      name: 'app-store-kinds',
      params: {
        icons: Object.fromEntries(
          Object.entries(KIND_ICONS).map(([kind, Icon]) => [
            `kind:${kind}`,
            <Icon key={kind} />,
          ]),
        ),
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
              knownRelations: [...ALL_RELATIONS, ...PAIRS.flat()],
              knownRelationPairs: [...ALL_RELATION_PAIRS, ...PAIRS],
              // A chain of versions would hide all else.
              defaultRelationTypes: {
                exclude: ['newerVersionOf', 'olderVersionOf'],
              },
            }),
        }),
    }),
  ],
});

export const catalogPageModule = createFrontendModule({
  pluginId: 'catalog',
  extensions: [
    // Links and the graph take icons from here, and from nowhere else.
    ApiBlueprint.make({
      name: 'entity-presentation',
      params: define =>
        define({
          api: entityPresentationApiRef,
          deps: { catalogApi: catalogApiRef },
          factory: ({ catalogApi }) =>
            DefaultEntityPresentationApi.create({
              catalogApi,
              kindIcons: Object.fromEntries(
                Object.entries(KIND_ICONS).map(([kind, Icon]) => [
                  kind,
                  // The graph says its place and size by props.
                  (props: object) => <Icon size="1em" {...props} />,
                ]),
              ),
            }),
        }),
    }),
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
