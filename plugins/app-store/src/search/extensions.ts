/** What the store adds to the page of portal search. */
import {
  SearchFilterBlueprint,
  SearchResultListItemBlueprint,
} from '@backstage/plugin-search-react/alpha';
import { KindFilter } from './KindFilter';
import { isStoreResult } from './StoreResult';

const result = SearchResultListItemBlueprint.make({
  params: {
    predicate: isStoreResult,
    component: () => import('./StoreResult').then(m => m.StoreResult),
  },
});

const kindFilter = SearchFilterBlueprint.make({
  name: 'kind',
  params: { component: KindFilter },
});

export const searchExtensions = [result, kindFilter];
