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

/** Offers an app version to somebody else, after saying what that means. */
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
      confirm="Offer"
      disabled={!ref}
      onClose={onClose}
      onStale={async () => onDone(await api.getApp(app.id))}
      onConfirm={async () => {
        const after = await api.offerApp(
          app.id,
          { owner: ref, allVersions },
          app,
        );
        toast.post({
          title: after.offer
            ? `${app.title} is offered to ${ref}`
            : `${app.title} belongs to ${ref} now`,
          status: 'success',
          timeout: 8000,
        });
        onDone(after);
      }}
    >
      <Text as="p">
        They become the owner when they accept, within 30 days. Until then
        nothing changes, and you can withdraw the offer. After that, they decide
        who can see the app, and they can delete it. If the app uses secrets, it
        then uses theirs, and it is private until they share it.
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
        All versions that {app.owner ? 'the current owner has' : 'I have'}, and
        the name of the app
      </Checkbox>
    </ConfirmDialog>
  );
}
