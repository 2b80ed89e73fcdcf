import { VisuallyHidden } from '@backstage/ui';
import { Navigate, Route, Routes } from 'react-router-dom';
import { Notices } from '../components/Notices';
import { useStore } from '../hooks/useCached';
import { useAppLinks } from '../hooks/useOpenApp';
import { paths } from '../routes';
import { AccessPage } from './AccessPage';
import { AdminPage } from './admin/AdminPage';
import { AliasesPage } from './AliasesPage';
import { AppPage } from './AppPage';
import { InstancePage } from './InstancePage';
import { InstancesPage } from './InstancesPage';
import { ImportPage } from './ImportPage';
import { LoginPage } from './LoginPage';
import { MyAppsPage } from './MyAppsPage';
import { NotFoundPage } from './NotFoundPage';
import styles from './Router.module.css';
import { SecretsPage } from './SecretsPage';
import { StorePage } from './StorePage';
import { TagsPage } from './TagsPage';

/** The pages below `/app-store`, under the store's name and colour, with its notices above. The only place that knows of the router's own components. */
export function Router() {
  const store = useStore().value;
  useAppLinks();
  const color = store?.branding.color;
  return (
    <main
      className={styles.pages}
      data-brand={color ? true : undefined}
      style={color ? ({ '--store-color': color } as object) : undefined}
    >
      <VisuallyHidden>
        <h1>{store?.branding.title ?? 'App Store'}</h1>
      </VisuallyHidden>
      <Notices />
      <Routes>
        <Route path="/" element={<StorePage />} />
        <Route path="/apps/:id" element={<AppPage />} />
        <Route path="/instances" element={<InstancesPage />} />
        <Route path="/instances/:id" element={<InstancePage />} />
        <Route path="/my-apps" element={<MyAppsPage />} />
        <Route path="/import" element={<ImportPage />} />
        <Route path="/login" element={<LoginPage />} />
        <Route path="/secrets" element={<SecretsPage />} />
        <Route path="/tags" element={<TagsPage />} />
        <Route path="/aliases" element={<AliasesPage />} />
        <Route path="/access" element={<AccessPage />} />
        <Route
          path="/admin"
          element={<Navigate to={paths.adminSection('apps')} replace />}
        />
        <Route path="/admin/:section" element={<AdminPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </main>
  );
}
