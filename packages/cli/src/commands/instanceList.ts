/** `instance list`: which instances there are. */
import type {
  AppInstance,
  InstanceQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import type { Context } from '../Context';
import { ofApp } from '../find';
import { collect } from '../paging';
import { statusOf } from '../present';
import { limitOption, oneOf, personRef, type Mount } from './shared';

const STATUSES = [
  'UNKNOWN',
  'PENDING',
  'DEPLOYED',
  'FAILED',
  'SUSPENDED',
] as const;

interface ListFlags {
  all?: boolean;
  wide?: boolean;
  terminated?: boolean;
  owner?: string;
  status?: InstanceQuery['status'];
  limit?: number;
}

function show(
  context: Context,
  instances: AppInstance[],
  { wide, terminated }: ListFlags,
): void {
  const { output } = context;
  output.result(instances, () => {
    if (!instances.length) {
      output.note(
        terminated
          ? 'There are none that can be restored.'
          : 'There are none. Start one with `app-store app run`.',
      );
      return;
    }
    output.table(
      [
        'ID',
        'APP',
        'OWNER',
        'VISIBILITY',
        'STATUS',
        'URL',
        ...(wide ? ['LIFECYCLE', 'PROFILE', 'SUSPEND AFTER'] : []),
        ...(terminated ? ['RESTORABLE UNTIL'] : []),
      ],
      instances.map(i => [
        i.id,
        `${i.appTitle} ${i.appVersion}`,
        i.owner ?? '',
        i.visibility,
        terminated ? 'TERMINATED' : statusOf(i),
        i.url,
        ...(wide
          ? [i.lifecycle, i.launchProfile ?? '', i.suspendAfter ?? 'never']
          : []),
        ...(terminated ? [i.purgeAfter ?? ''] : []),
      ]),
    );
  });
}

export function addInstanceList(instance: Command, mount: Mount): void {
  const { act, admin } = mount;
  const command = instance
    .command('list')
    .alias('ls')
    .description(
      admin
        ? 'list all instances'
        : 'list your instances, or all instances that you can see',
    )
    .argument(
      '[app]',
      'only instances of this app; a name means all its versions',
    );
  if (!admin) command.option('-a, --all', 'all instances that you can see');
  command
    .option(
      '--wide',
      'also show lifecycle, launch profile and time of auto-suspend',
    )
    .option(
      '--terminated',
      'list terminated instances that can be restored instead',
    )
    .option('--owner <person>', 'only of this person')
    .addOption(
      new Option('--status <status>', 'only with this status')
        .choices(STATUSES)
        .argParser(oneOf(STATUSES)),
    )
    .addOption(limitOption())
    .action(
      act(async (context, text: string | undefined, flags: ListFlags) => {
        const api = context.api();
        const { all, owner, status, terminated, limit } = flags;
        const own = all || owner ? 'visible' : 'mine';
        const query: InstanceQuery = {
          ...(await ofApp(api, text, mount)),
          scope: admin ? 'all' : own,
          owner: owner && personRef(owner),
          status,
          terminated,
        };
        const instances = await collect(
          page => api.listInstances({ ...query, ...page }),
          limit,
        );
        show(context, instances, flags);
      }),
    );
}
