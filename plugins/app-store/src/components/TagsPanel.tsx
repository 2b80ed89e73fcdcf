import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  tagAccess,
  type Tag,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Link, Text } from '@backstage/ui';
import { RiAddLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useChangeParams } from '../hooks/useChangeParams';
import { useLoad } from '../hooks/useLoad';
import { useMe } from '../hooks/useCached';
import styles from './List.module.css';
import { paths } from '../routes';
import { count, KIND_ORDER, TAG_KINDS } from '../words';
import { ConfirmDialog } from './ConfirmDialog';
import { DataTable, type DataColumn } from './DataTable';
import { EmptyState } from './EmptyState';
import { Loading } from './Loading';
import { PersonNames } from './PersonName';
import { ErrorPanel } from './ProblemPanel';
import { TagChip } from './TagChips';
import { TagForm } from './TagForm';

const roles = (refs: string[], none: string) =>
  refs.length ? <PersonNames of={refs} /> : none;

/** Tags by their kinds, with what each opens and who may put it on apps. The opened dialog is part of the address. */
export function TagsPanel() {
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const { me } = useMe();
  const [params, change] = useChangeParams();
  const tags = useLoad(() => api.listTags(), []);
  const dialog = params.get('dialog');
  const opened = tags.value?.find(tag => tag.name === params.get('tag'));
  const close = () => change({ dialog: '', tag: '' });
  const columns: Array<DataColumn<Tag>> = [
    {
      label: 'Tag',
      lead: true,
      cell: tag => (
        <>
          <TagChip tag={tag} strong />
          <Text as="p" variant="body-small" color="secondary">
            {tag.name}
            {tag.description && `: ${tag.description}`}
          </Text>
          <Text as="p" variant="body-small">
            {tagAccess(tag)}
          </Text>
        </>
      ),
    },
    {
      label: 'Visitors',
      cell: tag => roles(tag.visitorRoles, 'none'),
    },
    {
      label: 'Assigned by',
      cell: tag =>
        roles(
          tag.adminRoles,
          tag.assigners === 'ADMINS' ? 'admins' : 'everybody with full access',
        ),
    },
    {
      label: 'Apps',
      short: true,
      cell: tag => (
        <Link href={`${paths.store}?tag=${encodeURIComponent(tag.name)}`}>
          {count(tag.apps, 'version')}
        </Link>
      ),
    },
    {
      label: 'Actions',
      quiet: true,
      cell: tag => (
        <Flex gap="2" style={{ flexWrap: 'wrap' }}>
          {tag.can.update && (
            <Button
              size="small"
              variant="secondary"
              aria-label={`Edit ${tag.title}`}
              onPress={() => change({ dialog: 'edit', tag: tag.name })}
            >
              Edit
            </Button>
          )}
          {tag.can.delete && (
            <Button
              size="small"
              variant="secondary"
              destructive
              aria-label={`Delete ${tag.title}`}
              onPress={() => change({ dialog: 'delete', tag: tag.name })}
            >
              Delete
            </Button>
          )}
        </Flex>
      ),
    },
  ];
  return (
    <Flex direction="column" gap="5" className={styles.page}>
      {me?.admin && (
        <Flex justify="end">
          <Button
            variant="primary"
            iconStart={<RiAddLine />}
            onPress={() => change({ dialog: 'create' })}
          >
            Create a tag
          </Button>
        </Flex>
      )}
      {tags.error && <ErrorPanel error={tags.error} />}
      {!tags.value && !tags.error && (
        <Loading label="Loading tags" shape="table" lines={5} />
      )}
      {tags.value && !tags.value.length && (
        <EmptyState title="No tags yet">
          Tags group and mark apps, and let visitors see them. An admin creates
          tags here or in the configuration.
        </EmptyState>
      )}
      {KIND_ORDER.map(kind => {
        const ofKind = (tags.value ?? []).filter(tag => tag.kind === kind);
        if (!ofKind.length) return null;
        return (
          <section key={kind} aria-label={TAG_KINDS[kind].many}>
            <Text as="h3" variant="title-x-small" weight="bold">
              {TAG_KINDS[kind].many}
            </Text>
            <Text as="p" variant="body-small" color="secondary">
              {TAG_KINDS[kind].use}
            </Text>
            <DataTable
              label={TAG_KINDS[kind].many}
              items={ofKind}
              columns={columns}
            />
          </section>
        );
      })}
      {dialog === 'create' && me?.admin && (
        <TagForm onClose={close} onDone={tags.reload} />
      )}
      {dialog === 'edit' && opened?.can.update && (
        <TagForm
          key={opened.revision}
          tag={opened}
          onClose={close}
          onDone={tags.reload}
          onStale={tags.reload}
        />
      )}
      {dialog === 'delete' && opened?.can.delete && (
        <ConfirmDialog
          title={`Delete ${opened.title}?`}
          confirm="Delete"
          destructive
          onClose={close}
          onConfirm={async () => {
            await api.deleteTag(opened.id);
            toast.post({
              title: `The tag ${opened.title} was deleted`,
              status: 'success',
              timeout: 8000,
            });
            tags.reload();
          }}
        >
          <Text as="p">
            {opened.apps
              ? `It is removed from ${count(opened.apps, 'app version')}.`
              : 'No app has this tag.'}
            {opened.visitorRoles.length > 0 &&
              ' Visitors who see these apps only because of this tag will no longer see them.'}
          </Text>
        </ConfirmDialog>
      )}
    </Flex>
  );
}
