import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AppQuery,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Select } from '@backstage/ui';
import { appStoreApiRef } from '../../api';
import { AppsPanel } from '../../components/AppsPanel';
import { EmptyState } from '../../components/EmptyState';
import { ImportLink } from '../../components/ImportLink';
import { useChangeParams } from '../../hooks/useChangeParams';
import styles from '../../components/List.module.css';

const ANY = '-';
const VISIBILITIES = [
  { value: ANY, label: 'Any visibility' },
  { value: 'PRIVATE', label: 'Private' },
  { value: 'ALL_USERS', label: 'All users' },
  { value: 'PUBLIC', label: 'Public' },
];
const RUNNABLE = [
  { value: ANY, label: 'Any' },
  { value: 'yes', label: 'Runnable' },
  { value: 'no', label: 'Not runnable' },
];

/** All app versions, of any visibility. The filters are part of the address. */
export function AdminApps() {
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const visibility = params.get('visibility');
  const runnable = params.get('runnable');
  const query: AppQuery = {
    ...(visibility ? { visibility: visibility as Visibility } : {}),
    ...(runnable ? { runnable: runnable === 'yes' } : {}),
  };
  const choice = (
    label: string,
    param: string,
    options: typeof VISIBILITIES,
    value: string | null,
  ) => (
    <Select
      aria-label={label}
      size="small"
      className={styles.filter}
      options={options}
      value={value ?? ANY}
      onChange={key => change({ [param]: key === ANY ? '' : String(key) })}
    />
  );
  return (
    <AppsPanel
      label="All apps"
      owners
      list={asked => api.listApps({ ...asked, scope: 'all' })}
      query={query}
      filters={
        <>
          {choice('Visibility', 'visibility', VISIBILITIES, visibility)}
          {choice('Runnable', 'runnable', RUNNABLE, runnable)}
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
