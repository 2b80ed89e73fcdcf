import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  AppChange,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Select,
  Text,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useForm } from '../hooks/useForm';
import { useLoad } from '../hooks/useLoad';
import { APP_VISIBILITIES } from '../words';
import styles from './AppOptions.module.css';
import { CopyBlock } from './Copy';
import { Loading } from './Loading';
import { ErrorPanel, isStale } from './ProblemPanel';
import { OWN_SIZES, profileOptions } from './RunDialog';
import { snippetOf } from './snippets';
import { TagChoice } from './TagChoice';

/** What the reader has set, and the change that comes of it. */
interface Draft {
  visibility: Visibility;
  tags: string[];
  profile: string;
  image: string;
  account: string;
}

const draftOf = (app: App): Draft => ({
  visibility: app.visibility,
  tags: (app.tags ?? []).map(tag => tag.name),
  profile: app.defaultLaunchProfile ?? OWN_SIZES,
  image: app.customImage ?? '',
  account: app.serviceAccount ?? '',
});

/** Only what was touched: the rest may have been changed by somebody else meanwhile. */
function changeOf(before: Draft, draft: Draft): AppChange {
  const same =
    draft.tags.length === before.tags.length &&
    draft.tags.every(name => before.tags.includes(name));
  return {
    ...(draft.visibility === before.visibility
      ? {}
      : { visibility: draft.visibility }),
    ...(same ? {} : { tags: draft.tags }),
    ...(draft.profile === before.profile
      ? {}
      : {
          defaultLaunchProfile:
            draft.profile === OWN_SIZES ? null : draft.profile,
        }),
    ...(draft.image.trim() === before.image
      ? {}
      : { customImage: draft.image.trim() || null }),
    ...(draft.account.trim() === before.account
      ? {}
      : { serviceAccount: draft.account.trim() || null }),
  };
}

/** What may be changed of an app version, what its app.toml said, and what it would have to say. */
export function AppOptions(props: {
  app: App;
  onClose: () => void;
  onChange: (app: App) => void;
}) {
  const { app, onClose, onChange } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const tags = useLoad(() => api.listTags(), []);
  const profiles = useLoad(() => api.listLaunchProfiles(), []);
  const toml = useLoad(() => api.getAppMeta(app.id, 'APP'), [app.id]);
  const [seen, setSeen] = useState(app);
  const [draft, setDraft] = useState(() => draftOf(app));
  const { busy, error, send } = useForm();
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const change = changeOf(draftOf(seen), draft);
  const link = app.lifecycle === 'LINK';
  const save = () =>
    send(async () => {
      onChange(await api.updateApp(app.id, change, seen));
      toast.post({
        title: `${app.title} ${app.version} was changed`,
        status: 'success',
        timeout: 8000,
      });
      onClose();
    });
  const reload = () =>
    send(async () => {
      const now = await api.getApp(app.id);
      setSeen(now);
      setDraft(draftOf(now));
      onChange(now);
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
            label="Who can see it"
            description="Running instances do not change."
            options={APP_VISIBILITIES}
            value={draft.visibility}
            onChange={key => set({ visibility: String(key) as Visibility })}
          />
          {tags.error && <ErrorPanel error={tags.error} />}
          {tags.value && (
            <TagChoice
              tags={tags.value}
              chosen={draft.tags}
              onChange={chosen => set({ tags: chosen })}
            />
          )}
          {!link && profiles.value && profiles.value.length > 0 && (
            <Select
              label="Default launch profile"
              description="Used when somebody runs the app and chooses no profile."
              options={profileOptions(profiles.value, 'What the app asks for')}
              value={draft.profile}
              onChange={key => set({ profile: String(key) })}
            />
          )}
          {!link && (
            <TextField
              label="Custom image"
              description="A container image to use instead of the app's own. Leave it empty to use the app's own."
              value={draft.image}
              onChange={image => set({ image })}
              autoComplete="off"
            />
          )}
          {!link && app.can.setServiceAccount && (
            <TextField
              label="Service account"
              description="The Kubernetes service account of its pods. Only admins can change it."
              value={draft.account}
              onChange={account => set({ account })}
              autoComplete="off"
            />
          )}
          <section aria-label="For the next version's app.toml">
            <Text as="h3" variant="body-medium" weight="bold">
              For the next version's app.toml
            </Text>
            <CopyBlock
              what="lines for app.toml"
              text={snippetOf(
                app,
                draft.tags,
                draft.profile === OWN_SIZES ? undefined : draft.profile,
              )}
            />
          </section>
          <section aria-label="Imported app.toml">
            <Text as="h3" variant="body-medium" weight="bold">
              Imported app.toml
            </Text>
            {toml.error && <ErrorPanel error={toml.error} />}
            {!toml.value && !toml.error && (
              <Loading label="Loading app.toml" shape="text" lines={5} />
            )}
            {toml.value && <pre className={styles.toml}>{toml.value}</pre>}
          </section>
          {error && (
            <ErrorPanel
              error={error}
              action={
                isStale(error) && (
                  <Button size="small" variant="secondary" onPress={reload}>
                    Reload
                  </Button>
                )
              }
            />
          )}
        </Flex>
      </DialogBody>
      <DialogFooter>
        <Button
          variant="primary"
          isDisabled={busy || !Object.keys(change).length}
          onPress={save}
        >
          Save
        </Button>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
