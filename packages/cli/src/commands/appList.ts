/** `app list`: which apps there are. */
import type {
  App,
  AppQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import type { Context } from '../Context';
import { collect } from '../paging';
import { runnable, tagNames } from '../present';
import { limitOption, personRef, programOf, type Mount } from './shared';

interface ListFlags {
  all?: boolean;
  name?: string;
  long?: boolean;
  precondition?: boolean;
  search?: string;
  tag?: string;
  owner?: string;
  liked?: boolean;
  pinned?: boolean;
  runnable?: boolean;
  notRunnable?: boolean;
  limit?: number;
}

/** Of one's own apps, unless something is asked that goes beyond them. */
function scopeOf(flags: ListFlags, mount: Mount): AppQuery['scope'] {
  if (mount.admin) return 'all';
  const { all, name, owner, liked, pinned } = flags;
  return all || name || owner || liked || pinned ? 'visible' : 'mine';
}

function queryOf(flags: ListFlags, mount: Mount): AppQuery {
  let canRun: boolean | undefined;
  if (flags.runnable) canRun = true;
  if (flags.notRunnable) canRun = false;
  return {
    scope: scopeOf(flags, mount),
    name: flags.name,
    search: flags.search,
    tag: flags.tag,
    owner: flags.owner && personRef(flags.owner),
    // Only a filter where it is asked for.
    liked: flags.liked,
    pinned: flags.pinned,
    runnable: canRun,
  };
}

function show(
  context: Context,
  apps: App[],
  flags: ListFlags,
  mount: Mount,
): void {
  const { output } = context;
  const { long, precondition } = flags;
  output.result(apps, () => {
    if (!apps.length) {
      output.note(
        mount.admin
          ? 'There are none.'
          : `There are none. \`${programOf(
              mount,
            )} app list -a\` lists all that you can see; \`app-store bundle import\` publishes one.`,
      );
      return;
    }
    output.table(
      [
        'ID',
        'TITLE',
        'OWNER',
        'CREATED',
        'VISIBILITY',
        'TAGS',
        ...(long ? ['NAME', 'VERSION', 'RUNNABLE'] : []),
        ...(precondition ? ['PRECONDITION'] : []),
      ],
      apps.map(app => [
        app.id,
        `${app.title} ${app.version}`,
        app.owner ?? '',
        app.createdAt,
        app.visibility,
        tagNames(app),
        ...(long
          ? [app.name, app.version, app.runnability.runnable ? 'yes' : 'no']
          : []),
        ...(precondition ? [runnable(app)] : []),
      ]),
    );
  });
}

export function addAppList(app: Command, mount: Mount): void {
  const command = app
    .command('list')
    .alias('ls')
    .description(
      mount.admin ? 'all apps' : 'list your apps, or all apps that you can see',
    );
  if (!mount.admin) command.option('-a, --all', 'all apps that you can see');
  command
    .option('--name <name>', 'only versions of this app name')
    .option(
      '-l, --long',
      'also show name, version, and whether the app can run',
    )
    .option('--precondition', 'also show why an app cannot run')
    .option('--search <words>', 'only apps that match this text')
    .option('--tag <name>', 'only apps with this tag')
    .option('--owner <person>', 'only apps of this person')
    .option('--runnable', 'only apps that can run here')
    .addOption(
      new Option('--not-runnable', 'only apps that cannot run here').conflicts(
        'runnable',
      ),
    );
  if (!mount.admin)
    command
      .option('--liked', 'only apps that you like')
      .option('--pinned', 'only apps that you pinned');
  command.addOption(limitOption()).action(
    mount.act(async (context, flags: ListFlags) => {
      const api = context.api();
      const query = queryOf(flags, mount);
      const apps = await collect(
        page => api.listApps({ ...query, ...page }),
        flags.limit,
      );
      show(context, apps, flags, mount);
    }),
  );
}
