/** What may be done with a declaration: accept a proposal, apply it again, end what is no longer declared. */
import { useApi } from '@backstage/frontend-plugin-api';
import type { StoreDeclaration } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { Loading } from '../components/Loading';
import { ErrorPanel, ProblemPanel } from '../components/ProblemPanel';
import { useLoad } from '../hooks/useLoad';
import { Changes } from './Changes';
import { ACTIONS } from './words';

type Opened = 'accept' | 'apply' | 'end' | 'keep';

/** What would be done, as the store says it now. */
function Plan(props: { declaration: StoreDeclaration }) {
  const api = useApi(appStoreApiRef);
  const { id, digest } = props.declaration;
  const { value: plan, error } = useLoad(
    () => api.planDeclaration(id),
    [id, digest],
  );
  if (error) return <ErrorPanel error={error} />;
  if (!plan) return <Loading label="Loading the plan" shape="text" lines={3} />;
  return (
    <Flex direction="column" gap="3">
      <Text as="p">{ACTIONS[plan.action]}</Text>
      <Changes changes={plan.changes} />
      {plan.problem && <ProblemPanel problem={plan.problem} status="warning" />}
    </Flex>
  );
}

const DIALOGS: Record<
  Opened,
  { title: string; confirm: string; destructive?: boolean }
> = {
  accept: { title: 'Accept this proposal?', confirm: 'Accept' },
  apply: { title: 'Apply the declaration?', confirm: 'Apply' },
  end: {
    title: 'End what was declared?',
    confirm: 'End',
    destructive: true,
  },
  keep: { title: 'Keep it in the store?', confirm: 'Keep' },
};

/** Buttons for what the reader may do, each with what it does before it is done. */
export function Actions(props: {
  declaration: StoreDeclaration;
  onChange: (after: StoreDeclaration | undefined) => void;
}) {
  const { declaration, onChange } = props;
  const { id, can, digest, entityRef } = declaration;
  const api = useApi(appStoreApiRef);
  const [opened, setOpened] = useState<Opened>();
  const work: Record<Opened, () => Promise<void>> = {
    accept: async () => onChange(await api.acceptDeclaration(id, digest)),
    apply: async () => onChange(await api.applyDeclaration(id)),
    end: async () => {
      await api.endDeclaration(id);
      onChange(undefined);
    },
    keep: async () => {
      await api.endDeclaration(id, { keep: true });
      onChange(undefined);
    },
  };
  const button = (
    which: Opened,
    label: string,
    variant: 'primary' | 'secondary',
  ) => (
    <Button
      size="small"
      variant={variant}
      aria-label={`${label}: ${entityRef}`}
      onPress={() => setOpened(which)}
    >
      {label}
    </Button>
  );
  if (!can.accept && !can.apply && !can.end) return null;
  return (
    <>
      <Flex gap="2" style={{ flexWrap: 'wrap' }}>
        {can.accept && button('accept', 'Review and accept', 'primary')}
        {can.apply && button('apply', 'Apply again', 'secondary')}
        {can.end && button('keep', 'Keep', 'secondary')}
        {can.end && button('end', 'End', 'secondary')}
      </Flex>
      {opened && (
        <ConfirmDialog
          {...DIALOGS[opened]}
          width={560}
          onClose={() => setOpened(undefined)}
          onConfirm={work[opened]}
        >
          {opened === 'accept' && (
            <>
              <Text as="p">
                It acts for you from now on, with your rights, as long as it
                declares this. What is declared otherwise later has to be
                accepted again.
              </Text>
              <Plan declaration={declaration} />
            </>
          )}
          {opened === 'apply' && <Plan declaration={declaration} />}
          {opened === 'end' && (
            <Text as="p">
              {entityRef} is no longer declared. What it declared is deleted or
              terminated in the store. The volume of an instance is kept for a
              while.
            </Text>
          )}
          {opened === 'keep' && (
            <Text as="p">
              It stays in the store as it is, and the store forgets that it was
              declared.
            </Text>
          )}
        </ConfirmDialog>
      )}
    </>
  );
}
