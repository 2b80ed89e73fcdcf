import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Text, TextField } from '@backstage/ui';
import { useState } from 'react';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { registerFile } from './registerFile';

/** Has the catalog read a file from now on. */
export function RegisterDialog(props: {
  onClose: () => void;
  onRegistered: () => void;
}) {
  const catalog = useApi(catalogApiRef);
  const [url, setUrl] = useState('');
  const isFile = /^https?:\/\/\S+\.ya?ml$/.test(url.trim());
  return (
    <ConfirmDialog
      title="Register a file"
      confirm="Register"
      disabled={!isFile}
      onClose={props.onClose}
      onConfirm={async () => {
        await registerFile(catalog, url.trim());
        props.onRegistered();
      }}
    >
      <Text as="p">
        The portal reads it from now on. What it declares acts for the person
        that appStore.declarations.trust names for its location. Without an
        entry it is a proposal.
      </Text>
      <TextField
        label="URL of a catalog-info.yaml"
        description="It begins with http:// or https:// and ends in .yaml or .yml."
        isInvalid={Boolean(url) && !isFile}
        placeholder="https://git.example.com/team/app/blob/main/catalog-info.yaml"
        value={url}
        onChange={setUrl}
      />
    </ConfirmDialog>
  );
}
