import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type {
  Tag,
  TagChange,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Text, TextAreaField, TextField } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { ConfirmDialog } from './ConfirmDialog';
import styles from './TagForm.module.css';

const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Roles, one a line or with commas. */
const rolesOf = (text: string) => [
  ...new Set(text.split(/[\s,]+/).filter(Boolean)),
];

/** Makes a tag or changes one; only what was touched is sent. */
export function TagForm(props: {
  tag?: Tag;
  onClose: () => void;
  onDone: (tag: Tag) => void;
  onStale?: () => void;
}) {
  const { tag, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [name, setName] = useState(tag?.name ?? '');
  const [title, setTitle] = useState(tag?.title ?? '');
  const [color, setColor] = useState(tag?.color ?? '#5b6b7b');
  const [description, setDescription] = useState(tag?.description ?? '');
  const [visitors, setVisitors] = useState(
    (tag?.visitorRoles ?? []).join('\n'),
  );
  const [admins, setAdmins] = useState((tag?.adminRoles ?? []).join('\n'));
  const invalid = name !== '' && !NAME.test(name);
  const wanted = {
    name,
    title: title.trim() || name,
    color,
    description,
    visitorRoles: rolesOf(visitors),
    adminRoles: rolesOf(admins),
  };
  const change = Object.fromEntries(
    Object.entries(wanted).filter(
      ([key, value]) =>
        JSON.stringify(value) !== JSON.stringify(tag?.[key as keyof Tag]),
    ),
  ) as TagChange;
  const save = async () => {
    onDone(
      tag
        ? await api.updateTag(tag.id, change, tag)
        : await api.createTag(wanted),
    );
    toast.post({
      title: `The tag ${wanted.title} was ${tag ? 'changed' : 'created'}`,
      status: 'success',
      timeout: 8000,
    });
  };
  return (
    <ConfirmDialog
      title={tag ? `Edit ${tag.title}` : 'Create a tag'}
      confirm={tag ? 'Save' : 'Create'}
      width={560}
      disabled={!name || invalid || (tag && !Object.keys(change).length)}
      onClose={onClose}
      onStale={props.onStale}
      onConfirm={save}
    >
      <TextField
        label="Name"
        description="The name in app.toml and in the configuration, for example DATA_SCIENCE."
        value={name}
        onChange={setName}
        isInvalid={invalid}
        isRequired
        autoComplete="off"
      />
      {invalid && (
        <Text variant="body-small" color="danger" role="alert">
          Use letters, digits, “-”, “_” and “.”, at most 63 characters.
        </Text>
      )}
      <TextField
        label="Title"
        value={title}
        onChange={setTitle}
        autoComplete="off"
      />
      <Flex direction="column" gap="1">
        <label htmlFor="tag-color" className={styles.label}>
          Color
        </label>
        <Flex gap="2" align="center">
          <input
            id="tag-color"
            type="color"
            value={color}
            onChange={event => setColor(event.target.value)}
            className={styles.color}
          />
          <code>{color}</code>
        </Flex>
      </Flex>
      <TextAreaField
        label="Description"
        rows={2}
        value={description}
        onChange={setDescription}
      />
      <TextAreaField
        label="Visitor roles"
        description="Visitors with one of these roles can see and run the apps with this tag. One per line, for example group:default/design-guests."
        rows={2}
        value={visitors}
        onChange={setVisitors}
      />
      <TextAreaField
        label="Admin roles"
        description="Who can change this tag and put it on apps. If empty: everybody with full access, or only admins, depending on the settings of the store."
        rows={2}
        value={admins}
        onChange={setAdmins}
      />
    </ConfirmDialog>
  );
}
