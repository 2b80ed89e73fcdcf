import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AppQuery,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { appStoreApiRef } from '../../api';
import { AppsPanel } from '../../components/AppsPanel';
import { EmptyState } from '../../components/EmptyState';
import { FilterSelect } from '../../components/FilterSelect';
import { ImportLink } from '../../components/ImportLink';
import { useChangeParams } from '../../hooks/useChangeParams';
import { SHORT_VISIBILITY } from '../../words';

const VISIBILITIES = Object.entries(SHORT_VISIBILITY).map(([value, label]) => ({
  value,
  label,
}));
const RUNNABLE = [
  { value: 'yes', label: 'Runnable' },
  { value: 'no', label: 'Not runnable' },
];

/** All app versions, of any visibility. The filters are part of the address. */
export function AdminApps() {
  const api = useApi(appStoreApiRef);
  const [params] = useChangeParams();
  const visibility = params.get('visibility');
  const runnable = params.get('runnable');
  const query: AppQuery = {
    ...(visibility ? { visibility: visibility as Visibility } : {}),
    ...(runnable ? { runnable: runnable === 'yes' } : {}),
  };
  return (
    <AppsPanel
      label="All apps"
      owners
      list={asked => api.listApps({ ...asked, scope: 'all' })}
      query={query}
      filters={
        <>
          <FilterSelect
            label="Visibility"
            param="visibility"
            any="Any visibility"
            options={VISIBILITIES}
          />
          <FilterSelect
            label="Runnable"
            param="runnable"
            any="Any"
            options={RUNNABLE}
          />
        </>
      }
      empty={
        <EmptyState title="No apps yet" action={<ImportLink />}>
          Nobody has published an app.
        </EmptyState>
      }
      nothing={search =>
        search ? `No app matches “${search}”.` : 'No app matches these filters.'
      }
    />
  );
}
