import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Checkbox,
  CheckboxGroup,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Select,
  Skeleton,
  Text,
} from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useAction } from '../hooks/useAction';
import { useLoad } from '../hooks/useLoad';
import { APP_VISIBILITIES } from '../words';
import styles from './AppOptions.module.css';
import { ErrorPanel } from './ProblemPanel';

/** What may be changed of an app version, and what its app.toml said. */
export function AppOptions(props: {
  app: App;
  onClose: () => void;
  onSaved: () => void;
}) {
  const { app, onClose, onSaved } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const tags = useLoad(() => api.listTags(), []);
  const toml = useLoad(() => api.getAppMeta(app.id, 'APP'), [app.id]);
  const [visibility, setVisibility] = useState<Visibility>(app.visibility);
  const [chosen, setChosen] = useState((app.tags ?? []).map(tag => tag.name));
  const [busy, act] = useAction();
  const save = () =>
    act(async () => {
      const before = (app.tags ?? []).map(tag => tag.name);
      const same =
        chosen.length === before.length &&
        chosen.every(name => before.includes(name));
      // What was not touched here may have been changed by somebody else meanwhile.
      await api.updateApp(app.id, {
        ...(visibility === app.visibility ? {} : { visibility }),
        ...(same ? {} : { tags: chosen }),
      });
      toast.post({
        title: `${app.title} ${app.version} was changed`,
        status: 'success',
      });
      onSaved();
      onClose();
    });
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={640}>
      <DialogHeader>
        <span className={styles.title}>
          Options of {app.title} {app.version}
        </span>
      </DialogHeader>
      <DialogBody>
        <Flex direction="column" gap="5">
          <Select
            label="Who may see it"
            description="Instances that run stay as they are."
            options={APP_VISIBILITIES}
            value={visibility}
            onChange={key => setVisibility(String(key) as Visibility)}
          />
          {tags.error && <ErrorPanel error={tags.error} />}
          {tags.value && (
            <CheckboxGroup label="Tags" value={chosen} onChange={setChosen}>
              {tags.value.map(tag => (
                <Checkbox key={tag.id} value={tag.name}>
                  {tag.title}
                </Checkbox>
              ))}
            </CheckboxGroup>
          )}
          <section aria-label="What app.toml said">
            <Text as="h3" variant="body-medium" weight="bold">
              What app.toml said
            </Text>
            {toml.error && <ErrorPanel error={toml.error} />}
            {!toml.value && !toml.error && <Skeleton height={120} />}
            {toml.value && <pre className={styles.toml}>{toml.value}</pre>}
          </section>
        </Flex>
      </DialogBody>
      <DialogFooter>
        <Button variant="primary" isDisabled={busy} onPress={save}>
          Save
        </Button>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
