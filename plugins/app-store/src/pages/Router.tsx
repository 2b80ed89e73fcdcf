import { Container, VisuallyHidden } from '@backstage/ui';
import { useRef } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router-dom';
import { Bone, Loading, type LoadingShape } from '../components/Loading';
import { Notices } from '../components/Notices';
import { useBranding } from '../hooks/useBranding';
import { useStore } from '../hooks/useCached';
import { useFocusKept } from '../hooks/useFocusKept';
import { useAppLinks } from '../hooks/useOpenApp';
import { useScrollKept } from '../hooks/useScrollKept';
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

/** What comes, by the end of a page's path. */
const SHAPES: Array<[RegExp, LoadingShape]> = [
  [/\/app-store\/?$/, 'tiles'],
  [/\/(apps|instances)\/[^/]+$/, 'facts'],
  [/\/instances$/, 'rows'],
  [/\/(my-apps|secrets|tags|aliases|admin\/\w+)$/, 'table'],
];

/** A page before it is known what stands above it. */
function PageLoading() {
  const { pathname } = useLocation();
  const [, shape] = SHAPES.find(([path]) => path.test(pathname)) ?? [];
  return (
    <Container pb="12">
      <div className={styles.loading}>
        <Bone width="min(16rem, 60%)" height={32} />
        <Bone width="min(28rem, 90%)" />
        <Loading label="Loading" shape={shape ?? 'text'} lines={6} />
      </div>
    </Container>
  );
}

/** The pages below `/app-store`, under the store's name and colour, with its notices above. The only place that knows of the router's own components. */
export function Router() {
  const { value: store, error } = useStore();
  const { title, color } = useBranding();
  const page = useRef<HTMLElement>(null);
  useAppLinks();
  useScrollKept();
  useFocusKept(page);
  // Notices stand above everything: the pages load meanwhile, and are shown with them.
  const ready = Boolean(store || error);
  return (
    <main
      ref={page}
      id="content"
      tabIndex={-1}
      className={styles.pages}
      data-brand={color ? true : undefined}
      style={color ? ({ '--store-color': color } as object) : undefined}
    >
      <VisuallyHidden>
        <h1>{title}</h1>
      </VisuallyHidden>
      <Notices />
      {!ready && <PageLoading />}
      <div className={styles.page} hidden={!ready}>
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
      </div>
    </main>
  );
}
