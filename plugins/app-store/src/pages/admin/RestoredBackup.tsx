import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type {
  RecoveryDecision,
  RecoveryItem,
  RecoveryReport,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Alert, Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../../api';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { DataTable, type DataColumn } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { Loading } from '../../components/Loading';
import { PersonName } from '../../components/PersonName';
import { ErrorPanel } from '../../components/ProblemPanel';
import { When } from '../../components/When';
import { useLoad } from '../../hooks/useLoad';
import { paths } from '../../routes';
import { count } from '../../words';

const KINDS: Record<RecoveryItem['kind'], string> = {
  app: 'App',
  bundle: 'Bundle',
  secret: 'Secret',
  instance: 'Instance',
};

const COLUMNS: Array<DataColumn<RecoveryItem>> = [
  {
    label: 'Name',
    lead: true,
    cell: item => (
      <>
        <strong>{item.name}</strong>
        <Text as="p" variant="body-small" color="secondary">
          {KINDS[item.kind]}
          {item.volume ? ' with a volume' : ''}
        </Text>
      </>
    ),
  },
  {
    label: 'Owner',
    cell: item => (item.owner ? <PersonName of={item.owner} withRef /> : '–'),
  },
  {
    label: 'Adopt',
    cell: item =>
      item.adoptable ? 'Can be adopted' : `Cannot be adopted. ${item.reason}`,
  },
];

/** On every admin page, as long as nobody has decided. */
export function RestoredBackupNotice() {
  return (
    <Alert
      status="warning"
      icon
      mb="4"
      title="The database was restored from a backup"
      description="The store deletes nothing until an admin decides what to do with the data that is newer than the backup."
      customActions={
        <ButtonLink
          size="small"
          variant="secondary"
          href={paths.adminSection('recovery')}
        >
          Decide
        </ButtonLink>
      }
    />
  );
}

function DecisionDialog(props: {
  decision: RecoveryDecision;
  report: RecoveryReport;
  onClose: () => void;
  onDecided: () => void;
}) {
  const { decision, report, onClose, onDecided } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const adopts = decision === 'adopt';
  const concerned = report.items.filter(item => !adopts || item.adoptable);
  const what = count(concerned.length, 'item');
  return (
    <ConfirmDialog
      title={adopts ? `Adopt ${what}?` : `Discard ${what}?`}
      confirm={adopts ? 'Adopt' : 'Discard'}
      destructive={!adopts}
      onClose={onClose}
      onConfirm={async () => {
        await api.decideRecovery(decision, report.plan!);
        toast.post({
          title: `${adopts ? 'Adopted' : 'Discarded'} ${what}`,
          status: 'success',
          timeout: 8000,
        });
        onDecided();
      }}
    >
      <Text as="p">
        {adopts
          ? 'Apps and instances come back to their owners, private, without tags and aliases. Instances that were running start again. Volumes of terminated instances are kept for seven more days. What cannot be adopted stays in the cluster, but is not listed again.'
          : 'This permanently deletes all secrets with their values, volumes with their data, instances and bundles that are newer than the backup.'}
      </Text>
    </ConfirmDialog>
  );
}

/** What is newer than a restored backup, and the decision about it. */
export function RestoredBackup() {
  const api = useApi(appStoreApiRef);
  const { value, error, reload } = useLoad(() => api.getRecovery(), []);
  const [decision, setDecision] = useState<RecoveryDecision>();
  if (error) return <ErrorPanel error={error} onRetry={reload} />;
  if (!value) return <Loading label="Loading" shape="table" lines={4} />;
  if (!value.held)
    return (
      <EmptyState title="Nothing to decide">
        The database is as new as the cluster and the bundles. After an older
        backup is restored, this page lists what is newer, and nothing is
        deleted until you decide.
      </EmptyState>
    );
  return (
    <Flex direction="column" gap="4">
      <Text as="p">
        The database was restored from a backup. This was noticed{' '}
        <When at={value.since!} />. Adopt what is newer, or discard it; until
        then nothing is deleted in this store.
      </Text>
      <Flex gap="3">
        <Button variant="primary" onPress={() => setDecision('adopt')}>
          Adopt …
        </Button>
        <Button
          variant="secondary"
          destructive
          onPress={() => setDecision('discard')}
        >
          Discard …
        </Button>
      </Flex>
      {value.items.length ? (
        <DataTable
          label="Newer than the backup"
          items={value.items}
          columns={COLUMNS}
        />
      ) : (
        <Text as="p" color="secondary">
          Nothing is newer than the backup. Choose Adopt, and the store deletes
          again as usual.
        </Text>
      )}
      {decision && (
        <DecisionDialog
          decision={decision}
          report={value}
          onClose={() => setDecision(undefined)}
          onDecided={reload}
        />
      )}
    </Flex>
  );
}
