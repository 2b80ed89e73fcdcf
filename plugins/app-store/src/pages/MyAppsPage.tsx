import { useApi } from '@backstage/frontend-plugin-api';
import { compareVersions } from '@ai-app-store/backstage-plugin-app-store-common';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { Container, Flex, SearchField, Skeleton, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { AppOptions } from '../components/AppOptions';
import { AppTable } from '../components/AppTable';
import { DeadEnd } from '../components/DeadEnd';
import { DeleteApps } from '../components/DeleteApps';
import { EmptyState } from '../components/EmptyState';
import { ImportLink } from '../components/ImportLink';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { useChangeParams } from '../hooks/useChangeParams';
import { useLoad } from '../hooks/useLoad';
import { useMe } from '../hooks/useMe';
import { paths } from '../routes';
import styles from './MyAppsPage.module.css';

const BREADCRUMBS = [{ label: 'App Store', href: paths.store }];

/** By title, newest version first. */
function inOrder(apps: App[]): App[] {
  return [...apps].sort(
    (a, b) =>
      a.title.localeCompare(b.title) ||
      a.name.localeCompare(b.name) ||
      compareVersions(b.version, a.version),
  );
}

/** The app versions that the reader owns. The search is part of the address. */
export function MyAppsPage() {
  const api = useApi(appStoreApiRef);
  const { visitor } = useMe();
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const open = params.get('app') ?? '';
  const apps = useLoad(() => api.listAllApps({ scope: 'mine' }), []);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());

  if (visitor)
    return (
      <DeadEnd title="My apps" breadcrumbs={BREADCRUMBS}>
        Visitors run apps and do not publish any. Ask an admin for full access.
      </DeadEnd>
    );
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const shown =
    apps.value &&
    inOrder(apps.value).filter(app =>
      words.every(word =>
        `${app.title} ${app.name} ${app.version} ${app.description}`
          .toLocaleLowerCase()
          .includes(word),
      ),
    );
  const selected = (shown ?? []).filter(app => chosen.has(app.id));
  const opened = apps.value?.find(app => app.id === open);
  return (
    <>
      <PageHeader
        title="My apps"
        breadcrumbs={BREADCRUMBS}
        description="The app versions that you published."
        customActions={<ImportLink />}
      />
      <Container pb="12">
        {apps.error && <ErrorPanel error={apps.error} />}
        {!apps.value && !apps.error && (
          <Skeleton height={200} aria-label="Loading" />
        )}
        {apps.value && apps.value.length === 0 && (
          <EmptyState
            title="You have not published an app yet"
            action={<ImportLink />}
          >
            Import a bundle here, or begin one with the command{' '}
            <code>app-store bundle init</code>.
          </EmptyState>
        )}
        {shown && apps.value && apps.value.length > 0 && (
          <>
            <Flex
              gap="4"
              justify="between"
              align="center"
              className={styles.tools}
            >
              <SearchField
                aria-label="Search my apps"
                placeholder="Search my apps"
                value={search}
                onChange={value => change({ search: value })}
              />
              <DeleteApps
                apps={selected}
                onDone={() => {
                  setChosen(new Set());
                  apps.reload();
                }}
              />
            </Flex>
            {shown.length ? (
              <AppTable
                apps={shown}
                chosen={chosen}
                onChoose={setChosen}
                onOptions={id => change({ app: id })}
              />
            ) : (
              <Text as="p" color="secondary">
                No app of yours fits “{search}”.
              </Text>
            )}
          </>
        )}
        {opened && (
          <AppOptions
            key={opened.id}
            app={opened}
            onClose={() => change({ app: '' })}
            onSaved={apps.reload}
          />
        )}
      </Container>
    </>
  );
}
