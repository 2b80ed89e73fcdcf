/** What may be changed of an instance: whether it runs, for how long, and who opens it. */
import type {
  AppInstance,
  AppStoreApi,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { findInstance } from '../find';
import type { Context } from '../Context';
import { followStarted, followSuspended } from '../launching';
import { showInstance } from '../present';
import { INSTANCE } from './instanceWords';
import { visibilityOption, type Mount } from './shared';

interface Change {
  name: string;
  description: string;
  work: (api: AppStoreApi, id: string) => Promise<AppInstance>;
  /** Begins a launch, which is waited for. */
  launches?: boolean;
  /** Ends its pod, which is waited for. */
  suspends?: boolean;
}

const CHANGES: Change[] = [
  {
    name: 'suspend',
    description:
      'suspend an instance, and wait until its pod has ended; its volume is kept',
    work: (api, id) => api.suspendInstance(id),
    suspends: true,
  },
  {
    name: 'resume',
    description: 'resume an instance and wait until it is running',
    work: (api, id) => api.resumeInstance(id),
    launches: true,
  },
  {
    name: 'empty-volume',
    description:
      'start an instance with an empty volume after its volume was lost',
    work: (api, id) => api.startWithEmptyVolume(id),
    launches: true,
  },
  {
    name: 'extend',
    description: 'extend the time until auto-suspend, once for each start',
    work: (api, id) => api.extendInstance(id),
  },
];

const ADMIN_CHANGES: Change[] = [
  {
    name: 'redeploy',
    description:
      'start an instance again with the current configuration of the store',
    work: (api, id) => api.redeployInstance(id),
    launches: true,
  },
  {
    name: 'disable-autosuspend',
    description: 'disable auto-suspend for an instance',
    work: (api, id) => api.disableAutosuspend(id),
  },
];

/** What is suspended is only rendered anew. */
const isSuspended = ({ status, suspending }: AppInstance) =>
  status === 'SUSPENDED' || Boolean(suspending);

/** The instance once what was begun is done. */
async function settled(
  context: Context,
  api: AppStoreApi,
  change: Change,
  changed: AppInstance,
): Promise<AppInstance> {
  if (change.suspends) return followSuspended(context, api, changed);
  return change.launches && !isSuspended(changed)
    ? followStarted(context, api, changed)
    : changed;
}

function addChange(instance: Command, mount: Mount, change: Change): void {
  const command = instance
    .command(change.name)
    .description(change.description)
    .argument('<instance>', INSTANCE);
  if (change.launches || change.suspends)
    command.option('--no-wait', 'do not wait');
  command.action(
    mount.act(async (context, text: string, flags: { wait?: boolean }) => {
      const api = context.api();
      const { id } = await findInstance(api, text, mount);
      const changed = await change.work(api, id);
      showInstance(
        context.output,
        flags.wait ? await settled(context, api, change, changed) : changed,
      );
    }),
  );
}

export function addInstanceChanges(instance: Command, mount: Mount): void {
  const { act, admin } = mount;
  for (const change of [...CHANGES, ...(admin ? ADMIN_CHANGES : [])])
    addChange(instance, mount, change);

  instance
    .command('update')
    .description('change who can open an instance')
    .argument('<instance>', INSTANCE)
    .addOption(visibilityOption('the instance', { mandatory: true }))
    .action(
      act(async (context, text: string, flags: { visibility: Visibility }) => {
        const api = context.api();
        const { id } = await findInstance(api, text, mount);
        const { visibility } = flags;
        showInstance(
          context.output,
          await api.updateInstance(id, { visibility }),
        );
      }),
    );
}
