import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { Checkbox, Text, TextField } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { ConfirmDialog } from './ConfirmDialog';

/** `uma` means `user:default/uma`. */
function fullRef(typed: string): string {
  const text = typed.trim();
  if (!text || text.includes(':')) return text;
  return text.includes('/') ? `user:${text}` : `user:default/${text}`;
}

/** Hands an app version over to somebody else, after saying what that means. */
export function TransferDialog(props: {
  app: App;
  onClose: () => void;
  onDone: (app: App) => void;
}) {
  const { app, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [owner, setOwner] = useState('');
  const [allVersions, setAllVersions] = useState(false);
  const ref = fullRef(owner);
  return (
    <ConfirmDialog
      title={`Transfer ${app.title} ${app.version}`}
      confirm="Transfer"
      destructive
      disabled={!ref}
      onClose={onClose}
      onStale={async () => onDone(await api.getApp(app.id))}
      onConfirm={async () => {
        const after = await api.transferApp(
          app.id,
          { owner: ref, allVersions },
          app,
        );
        toast.post({
          title: `${app.title} belongs to ${ref} now`,
          status: 'success',
          timeout: 8000,
        });
        onDone(after);
      }}
    >
      <Text as="p">
        The new owner decides from then on who sees it, and may delete it. You
        keep what everybody else has. Only they, or an admin, can give it back.
        An app that names secrets takes its new owner's from then on, so it
        becomes private until they open it again.
      </Text>
      <TextField
        label="New owner"
        description={
          ref && ref !== owner.trim()
            ? `Means ${ref}`
            : 'Name of a person with full access, such as uma'
        }
        value={owner}
        onChange={setOwner}
        autoComplete="off"
      />
      <Checkbox isSelected={allVersions} onChange={setAllVersions}>
        All versions that {app.owner ? 'the present owner has' : 'I have'}, and
        the name itself
      </Checkbox>
    </ConfirmDialog>
  );
}
