import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { DoctorCheck } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../../api';
import { Badge, type Tone } from '../../components/Badge';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { Evidence } from '../../components/Evidence';
import { Loading } from '../../components/Loading';
import { ErrorPanel } from '../../components/ProblemPanel';
import { When } from '../../components/When';
import { useLoad } from '../../hooks/useLoad';
import { count } from '../../words';
import styles from './DoctorPanel.module.css';

const STATES: Record<DoctorCheck['state'], { word: string; tone: Tone }> = {
  OK: { word: 'OK', tone: 'good' },
  WARNING: { word: 'Warning', tone: 'warning' },
  FAILED: { word: 'Failed', tone: 'bad' },
};
/** What needs somebody comes first. */
const ORDER: Array<DoctorCheck['state']> = ['FAILED', 'WARNING', 'OK'];

/** Checks whose repair deletes. */
const DELETING = ['orphans', 'orphaned-secrets'];

/** Says what a repair would do before it does it. */
function RepairDialog(props: {
  check: DoctorCheck;
  onClose: () => void;
  onDone: () => void;
}) {
  const { check, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const { value, error } = useLoad(
    () => api.repairDoctor(check.id, { dryRun: true }),
    [check.id],
  );
  return (
    <ConfirmDialog
      title={`Repair: ${check.title}`}
      confirm="Repair"
      destructive={DELETING.includes(check.id)}
      onClose={onClose}
      onConfirm={async () => {
        const { items } = await api.repairDoctor(check.id);
        toast.post({
          title: items.length
            ? `Repaired ${count(items.length, 'item')}`
            : 'There was nothing to repair',
          status: 'success',
          timeout: 8000,
        });
        onDone();
      }}
    >
      {error && <ErrorPanel error={error} />}
      {!value && !error && <Loading label="Loading" shape="table" lines={3} />}
      {value && !value.items.length && (
        <Text as="p">There is nothing to repair any more.</Text>
      )}
      {value && value.items.length > 0 && (
        <ul className={styles.items}>
          {value.items.map(({ name, action }) => (
            <li key={name}>
              <Text>
                {name}: {action}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </ConfirmDialog>
  );
}

function CheckCard(props: { check: DoctorCheck; onRepair: () => void }) {
  const { check, onRepair } = props;
  const { word, tone } = STATES[check.state];
  return (
    <li className={styles.check}>
      <Flex gap="3" align="center" className={styles.head}>
        <Badge tone={tone}>{word}</Badge>
        <Text as="h2" variant="body-large" weight="bold">
          {check.title}
        </Text>
      </Flex>
      <Text as="p">{check.message}</Text>
      {check.remedy && (
        <Text as="p" color="secondary">
          {check.remedy}
        </Text>
      )}
      <Evidence items={check.evidence} />
      {check.repairable && (
        <div>
          <Button
            size="small"
            variant="secondary"
            onPress={onRepair}
            aria-label={`Repair: ${check.title}`}
          >
            Repair …
          </Button>
        </div>
      )}
    </li>
  );
}

/** What must hold between the store and its cluster, looked at now. */
export function DoctorPanel() {
  const api = useApi(appStoreApiRef);
  const { value, error, reload } = useLoad(() => api.getDoctor(), []);
  const [repairing, setRepairing] = useState<DoctorCheck>();
  if (error) return <ErrorPanel error={error} onRetry={reload} />;
  if (!value) return <Loading label="Loading" shape="table" lines={6} />;
  const bad = value.checks.filter(({ state }) => state !== 'OK').length;
  const checks = [...value.checks].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state),
  );
  return (
    <Flex direction="column" gap="4">
      <Flex gap="4" align="center">
        <Text as="p" role="status">
          {bad
            ? `${bad} of ${count(value.checks.length, 'check')} ${
                bad === 1 ? 'needs' : 'need'
              } attention.`
            : 'Everything holds.'}{' '}
          Checked <When at={value.checkedAt} />.
        </Text>
        <Button size="small" variant="secondary" onPress={reload}>
          Check again
        </Button>
      </Flex>
      <ul className={styles.checks}>
        {checks.map(check => (
          <CheckCard
            key={check.id}
            check={check}
            onRepair={() => setRepairing(check)}
          />
        ))}
      </ul>
      {repairing && (
        <RepairDialog
          check={repairing}
          onClose={() => setRepairing(undefined)}
          onDone={() => {
            setRepairing(undefined);
            reload();
          }}
        />
      )}
    </Flex>
  );
}
