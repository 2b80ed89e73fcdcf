import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type {
  AppStoreApi,
  IamPolicyDocument,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Alert,
  Button,
  Checkbox,
  Flex,
  Text,
  TextAreaField,
} from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../../api';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { DataTable, type DataColumn } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { Loading } from '../../components/Loading';
import { ErrorPanel } from '../../components/ProblemPanel';
import { saveAs } from '../../download';
import type { Loaded } from '../../hooks/useLoad';
import { count } from '../../words';
import styles from './PolicyList.module.css';

type Policies = Awaited<ReturnType<AppStoreApi['listIamPolicies']>>;
type Listed = IamPolicyDocument & { id: string };

const SAMPLE: IamPolicyDocument[] = [
  {
    name: 'support-reads-logs',
    resources: ['*'],
    statements: [
      {
        effect: 'allow',
        subjects: ['role:group:default/support'],
        actions: ['instance:read', 'instance:view_log'],
      },
    ],
  },
];

/** A statement in one line. */
function statementText(
  statement: IamPolicyDocument['statements'][number],
): string {
  const { effect, subjects, actions, attributes = [] } = statement;
  return `${effect} ${subjects.join(', ')}: ${actions.join(', ')}${
    attributes.length ? ` where ${attributes.join(' and ')}` : ''
  }`;
}

/** Reads what was typed; a list, or a document as it is exported. */
function parse(text: string): IamPolicyDocument[] {
  const value = JSON.parse(text);
  const policies = Array.isArray(value) ? value : value.policies;
  if (!Array.isArray(policies))
    throw new Error('The text contains no list of policies.');
  return policies;
}

function ImportDialog(props: {
  text: string;
  /** Of the policies that the change is made from. */
  revision: number;
  onClose: () => void;
  onDone: () => void;
}) {
  const { onClose, onDone, revision } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [text, setText] = useState(props.text);
  const [replace, setReplace] = useState(false);
  let problem: string | undefined;
  let policies: IamPolicyDocument[] = [];
  try {
    policies = parse(text);
  } catch (error) {
    problem = (error as Error).message;
  }
  return (
    <ConfirmDialog
      title="Import policies"
      confirm="Import"
      width={720}
      disabled={Boolean(problem)}
      onClose={onClose}
      // What was typed stays; it is sent again from how they are then.
      onStale={onDone}
      onConfirm={async () => {
        const after = await api.importIamPolicies(policies, {
          replace,
          revision,
        });
        toast.post({
          title: `There are ${count(
            after.policies.length,
            'policy',
            'policies',
          )} now`,
          status: 'success',
          timeout: 8000,
        });
        onDone();
      }}
    >
      <TextAreaField
        label="Policies in JSON"
        description="Existing policies with the same name are replaced."
        rows={16}
        value={text}
        onChange={setText}
        spellCheck="false"
        className={styles.editor}
      />
      {problem && (
        <Text variant="body-small" color="danger" role="alert">
          {problem}
        </Text>
      )}
      <label className={styles.file}>
        Or choose a file{' '}
        <input
          type="file"
          accept=".json,application/json"
          onChange={async event => {
            const [file] = event.target.files ?? [];
            if (file) setText(await file.text());
          }}
        />
      </label>
      <Checkbox isSelected={replace} onChange={setReplace}>
        Delete all policies that are not in this text
      </Checkbox>
    </ConfirmDialog>
  );
}

/** The policies laid over the access rules: looked at, changed, taken in and out as JSON. */
export function PolicyList(props: { policies: Loaded<Policies> }) {
  const { value, error, reload } = props.policies;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [editing, setEditing] = useState<IamPolicyDocument[]>();
  const [deleting, setDeleting] = useState<string>();
  const failure = error && <ErrorPanel error={error} onRetry={reload} />;
  if (failure && !value) return failure;
  if (!value)
    return <Loading label="Loading policies" shape="rows" lines={3} />;
  const columns: Array<DataColumn<Listed>> = [
    {
      label: 'Policy',
      lead: true,
      cell: policy => <Text weight="bold">{policy.name}</Text>,
    },
    { label: 'Resources', cell: policy => policy.resources.join(', ') },
    {
      label: 'Statements',
      cell: policy =>
        policy.statements.map((statement, i) => (
          <p key={i}>{statementText(statement)}</p>
        )),
    },
    {
      label: 'Actions',
      quiet: true,
      cell: ({ id, ...policy }) => (
        <Flex gap="2">
          <Button
            size="small"
            variant="secondary"
            aria-label={`Edit ${policy.name}`}
            onPress={() => setEditing([policy])}
          >
            Edit
          </Button>
          <Button
            size="small"
            variant="secondary"
            destructive
            aria-label={`Delete ${policy.name}`}
            onPress={() => setDeleting(policy.name)}
          >
            Delete
          </Button>
        </Flex>
      ),
    },
  ];
  const importing = (
    <Button
      variant="primary"
      onPress={() => setEditing(value.policies.length ? [] : SAMPLE)}
    >
      Import policies
    </Button>
  );
  return (
    <>
      {failure}
      {!value.enabled && (
        <Alert
          status="info"
          icon
          title="Access policies are disabled"
          description="You can prepare policies here. They apply when appStore.iam.enabled is true in the configuration. Until then, only the rules of the store apply."
        />
      )}
      {value.policies.length ? (
        <>
          <Flex gap="2" style={{ flexWrap: 'wrap' }}>
            {importing}
            <Button
              variant="secondary"
              iconStart={<RiDownloadLine />}
              onPress={() =>
                saveAs(
                  new Blob(
                    [JSON.stringify({ policies: value.policies }, null, 2)],
                    { type: 'application/json' },
                  ),
                  'access-policies.json',
                )
              }
            >
              Export
            </Button>
          </Flex>
          <DataTable
            label="Access policies"
            items={value.policies.map(policy => ({
              ...policy,
              id: policy.name,
            }))}
            columns={columns}
          />
        </>
      ) : (
        <EmptyState title="No policies" action={importing}>
          A policy allows or denies more than the rules of the store. A policy
          that denies overrides all policies that allow.
        </EmptyState>
      )}
      {editing && (
        <ImportDialog
          text={JSON.stringify(editing, null, 2)}
          revision={value.revision}
          onClose={() => setEditing(undefined)}
          onDone={reload}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete ${deleting}?`}
          confirm="Delete"
          destructive
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            await api.deleteIamPolicy(deleting);
            toast.post({
              title: `The policy ${deleting} was deleted`,
              status: 'success',
              timeout: 8000,
            });
            reload();
          }}
        >
          <Text as="p">
            The other policies and the rules of the store then decide what it
            allowed or denied.
          </Text>
        </ConfirmDialog>
      )}
    </>
  );
}
