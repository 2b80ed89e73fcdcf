import { VisuallyHidden } from '@backstage/ui';
import { Route, Routes } from 'react-router-dom';
import { AppPage } from './AppPage';
import { InstancePage } from './InstancePage';
import { InstancesPage } from './InstancesPage';
import { ImportPage } from './ImportPage';
import { LoginPage } from './LoginPage';
import { MyAppsPage } from './MyAppsPage';
import { NotFoundPage } from './NotFoundPage';
import styles from './Router.module.css';
import { StorePage } from './StorePage';

/** The pages below `/app-store`. The only place that knows of the router's own components. */
export function Router() {
  return (
    <main className={styles.pages}>
      <VisuallyHidden>
        <h1>App Store</h1>
      </VisuallyHidden>
      <Routes>
        <Route path="/" element={<StorePage />} />
        <Route path="/apps/:id" element={<AppPage />} />
        <Route path="/instances" element={<InstancesPage />} />
        <Route path="/instances/:id" element={<InstancePage />} />
        <Route path="/my-apps" element={<MyAppsPage />} />
        <Route path="/import" element={<ImportPage />} />
        <Route path="/login" element={<LoginPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Routes>
    </main>
  );
}
