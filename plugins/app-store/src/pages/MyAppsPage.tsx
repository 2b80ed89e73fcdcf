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
import { WaitFor } from '../components/WaitFor';
import { useMe } from '../hooks/useCached';
import { useLoad } from '../hooks/useLoad';
import styles from '../components/List.module.css';

/** The app versions that the reader owns. */
export function MyAppsPage() {
  const api = useApi(appStoreApiRef);
  const { me } = useMe({ anew: true });
  const offers = useLoad(() => api.listOffers('received'), []);
  const [accepted, setAccepted] = useState(0);
  return (
    <ForFullAccess
      title="My apps"
      visitors="Visitors can run apps but not publish them. Ask an admin for full access."
    >
      <PageHeader
        title="My apps"
        description="The app versions that you published."
        customActions={<ImportLink />}
      />
      <Container pb="12">
        <WaitFor
          ready={Boolean(me && (offers.value || offers.error))}
          label="Loading your apps"
          shape="table"
          lines={5}
        >
          <Flex direction="column" gap="4" className={styles.page}>
            {me?.appVersionLimit !== undefined && (
              <Text variant="body-small" color="secondary">
                You own {me.ownedAppVersions ?? 0} of the {me.appVersionLimit}{' '}
                app versions that you can have.
              </Text>
            )}
            <ReceivedOffers
              offers={offers}
              onAccepted={() => setAccepted(n => n + 1)}
            />
            <AppsPanel
              key={accepted}
              label="My apps"
              list={query => api.listApps({ ...query, scope: 'mine' })}
              empty={
                <EmptyState
                  title="You have not published an app yet"
                  action={<ImportLink />}
                >
                  Import a bundle here, or create one with the command{' '}
                  <code>app-store bundle init</code>.
                </EmptyState>
              }
              nothing={search => `None of your apps matches “${search}”.`}
            />
          </Flex>
        </WaitFor>
      </Container>
    </ForFullAccess>
  );
}
