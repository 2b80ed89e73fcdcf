import { useApi } from '@backstage/frontend-plugin-api';
import { Container, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { AppsPanel } from '../components/AppsPanel';
import { EmptyState } from '../components/EmptyState';
import { ForFullAccess } from '../components/ForFullAccess';
import { ImportLink } from '../components/ImportLink';
import { PageHeader } from '../components/PageHeader';
import { ReceivedOffers } from '../components/ReceivedOffers';
import { useMe } from '../hooks/useCached';
import styles from './ListPage.module.css';

/** The app versions that the reader owns. */
export function MyAppsPage() {
  const api = useApi(appStoreApiRef);
  const { me } = useMe({ anew: true });
  const [accepted, setAccepted] = useState(0);
  return (
    <ForFullAccess
      title="My apps"
      visitors="Visitors run apps and do not publish any. Ask an admin for full access."
    >
      <PageHeader
        title="My apps"
        description="The app versions that you published."
        customActions={<ImportLink />}
      />
      <Container pb="12">
        <Flex direction="column" gap="4" className={styles.page}>
          {me?.appVersionLimit !== undefined && (
            <Text variant="body-small" color="secondary">
              You own {me.ownedAppVersions ?? 0} of the {me.appVersionLimit} app
              versions that you may have.
            </Text>
          )}
          <ReceivedOffers onAccepted={() => setAccepted(n => n + 1)} />
          <AppsPanel
            key={accepted}
            label="My apps"
            list={query => api.listApps({ ...query, scope: 'mine' })}
            empty={
              <EmptyState
                title="You have not published an app yet"
                action={<ImportLink />}
              >
                Import a bundle here, or begin one with the command{' '}
                <code>app-store bundle init</code>.
              </EmptyState>
            }
            nothing={search => `No app of yours fits “${search}”.`}
          />
        </Flex>
      </Container>
    </ForFullAccess>
  );
}
