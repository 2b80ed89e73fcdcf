import { useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  LaunchProfile,
  RunRequest,
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
} from '@backstage/ui';
import { RiPlayLine } from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useForm } from '../hooks/useForm';
import { useLoad } from '../hooks/useLoad';
import { INSTANCE_VISIBILITIES } from '../words';
import styles from './ConfirmDialog.module.css';
import {
  ParameterFields,
  parameterProblems,
  type ParameterValues,
} from './ParameterFields';
import { ErrorPanel } from './ProblemPanel';

/** No profile: the sizes of the app itself. */
export const OWN_SIZES = '-';

/** The sizes of a profile, in words; those that it leaves to the app are not named. */
function sizesOf(profile: LaunchProfile): string {
  const { memoryLimit, cpuLimit, gpuCount, gpuType } = profile;
  return [
    memoryLimit && `${memoryLimit} memory`,
    cpuLimit && `${cpuLimit} CPU`,
    gpuCount && `${gpuCount} GPU${gpuType ? ` (${gpuType})` : ''}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Choices of a launch profile; the app's own sizes among them. */
export function profileOptions(profiles: LaunchProfile[], none?: string) {
  return [
    ...(none ? [{ value: OWN_SIZES, label: none }] : []),
    ...profiles.map(profile => ({
      value: profile.name,
      label: [profile.title, sizesOf(profile)].filter(Boolean).join(': '),
    })),
  ];
}

/** Runs an app with a launch profile, parameters and visibility. Nothing is remembered. */
export function RunDialog(props: {
  app: App;
  onRun: (request: RunRequest) => Promise<void>;
  onClose: () => void;
}) {
  const { app, onRun, onClose } = props;
  const api = useApi(appStoreApiRef);
  const profiles = useLoad(() => api.listLaunchProfiles(), []);
  const [visibility, setVisibility] = useState<Visibility>('PRIVATE');
  const [profile, setProfile] = useState(app.defaultLaunchProfile ?? OWN_SIZES);
  // A switch shows "off" from the beginning; that is its value.
  const [values, setValues] = useState<ParameterValues>(() =>
    Object.fromEntries(
      app.parameters
        .filter(each => each.type === 'boolean' && each.default === undefined)
        .map(({ name }) => [name, 'false']),
    ),
  );
  const [tried, setTried] = useState(false);
  const { busy, error, send } = useForm();
  const chosen = profiles.value?.find(each => each.name === profile);
  const run = () => {
    setTried(true);
    if (Object.keys(parameterProblems(app.parameters, values)).length) return;
    send(() =>
      onRun({
        visibility,
        ...(profile === OWN_SIZES ? {} : { launchProfile: profile }),
        ...(Object.keys(values).length ? { parameters: values } : {}),
      }),
    );
  };
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>
        <span className={styles.title}>
          Run {app.title} {app.version}
        </span>
      </DialogHeader>
      <DialogBody>
        <Flex direction="column" gap="5">
          <Select
            label="Who can open it"
            description="You can change this at any time."
            options={INSTANCE_VISIBILITIES}
            value={visibility}
            onChange={key => setVisibility(String(key) as Visibility)}
          />
          {profiles.error && <ErrorPanel error={profiles.error} />}
          {profiles.value && profiles.value.length > 0 && (
            <Select
              label="Launch profile"
              description={
                chosen?.description ??
                'The memory, CPU and GPU that the instance gets.'
              }
              options={profileOptions(
                profiles.value,
                // Said nothing, the store takes the app's default profile.
                app.defaultLaunchProfile
                  ? undefined
                  : `What the app asks for: ${app.requirements.memoryLimit} memory`,
              )}
              value={profile}
              onChange={key => setProfile(String(key))}
            />
          )}
          <ParameterFields
            parameters={app.parameters}
            values={values}
            tried={tried}
            onChange={setValues}
          />
          {app.parameters.length > 0 && (
            <Text as="p" variant="body-small" color="secondary">
              Everybody who can see the status of the instance can read these
              values. Do not enter passwords. Use a secret.
            </Text>
          )}
          {error && <ErrorPanel error={error} />}
        </Flex>
      </DialogBody>
      <DialogFooter>
        <Button
          variant="primary"
          iconStart={<RiPlayLine />}
          isDisabled={busy}
          onPress={run}
        >
          Run
        </Button>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
