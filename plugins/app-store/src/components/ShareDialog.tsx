import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type {
  AppInstance,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Radio, RadioGroup, Text } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { INSTANCE_VISIBILITIES } from '../words';
import { ConfirmDialog } from './ConfirmDialog';
import { isStale } from './ProblemPanel';

/** Changes who may open an instance. */
export function ShareDialog(props: {
  instance: AppInstance;
  about: string;
  onClose: () => void;
  onChange: (instance: AppInstance) => void;
}) {
  const { instance, about, onClose, onChange } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [visibility, setVisibility] = useState<Visibility>(instance.visibility);
  const save = async () => {
    try {
      onChange(await api.updateInstance(instance.id, { visibility }, instance));
    } catch (error) {
      // What the list shows is out of date; the next attempt is made from what is true.
      if (isStale(error as Error)) onChange(await api.getInstance(instance.id));
      throw error;
    }
    toast.post({
      title: `Changed who can open ${instance.appTitle}`,
      description: 'The change applies from the next request.',
      status: 'success',
      timeout: 8000,
    });
  };
  return (
    <ConfirmDialog
      title={`Who can open ${about}`}
      confirm="Save"
      disabled={visibility === instance.visibility}
      onClose={onClose}
      onConfirm={save}
    >
      <RadioGroup
        aria-label="Who can open it"
        value={visibility}
        onChange={value => setVisibility(value as Visibility)}
      >
        {INSTANCE_VISIBILITIES.map(({ value, label }) => (
          <Radio key={value} value={value}>
            {value === 'PRIVATE' ? 'Only its owner' : label}
          </Radio>
        ))}
      </RadioGroup>
      {visibility === 'PUBLIC' && (
        <Text as="p" color="warning" role="status">
          Everybody who has the address can open it without signing in. The app
          does not know who they are.
        </Text>
      )}
    </ConfirmDialog>
  );
}
