/** `alias …` and `admin alias …`: addresses with a life of their own. */
import type {
  AppAlias,
  AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Argument, type Command } from 'commander';
import type { Context } from '../Context';
import { findTarget } from '../find';
import { duration } from '../output';
import { collect } from '../paging';
import { addAliasHistory } from './aliasHistory';
import { INSTANCE } from './instanceWords';
import {
  examples,
  limitOption,
  programOf,
  yesOption,
  yesOrNo,
  type Mount,
} from './shared';

const ALIAS = 'ID or name of the alias';
const primaryArgument = () =>
  new Argument(
    '[primary]',
    'make it the primary address of the instance',
  ).argParser(yesOrNo);

function showAlias({ output }: Context, alias: AppAlias): void {
  output.result(alias, () =>
    output.fields([
      ['ID', alias.id],
      ['URL', alias.url],
      [
        'Served',
        alias.served === false
          ? 'no: ask an admin to list the host name'
          : undefined,
      ],
      ['Alias', alias.name],
      ['Instance ID', alias.instanceId ?? ''],
      ['Instance', alias.instanceTitle],
      ['Primary', String(alias.primary)],
      ['Creator', alias.creator],
      ['Created At', alias.createdAt],
      ['Updated At', alias.updatedAt],
    ]),
  );
}

/** Who may take the name of an alias once it is deleted. */
function whoMayTake(alias: AppAlias, restSeconds: number): string {
  if (!restSeconds) return 'Anybody can use the name now.';
  return `For ${duration(restSeconds)} only ${
    alias.creator ?? 'its creator'
  } can use the name again.`;
}

function addAliasFree(alias: Command, { act }: Mount): void {
  alias
    .command('free')
    .description('release the name of a deleted alias now')
    .argument('<alias>', 'name or ID of the deleted alias')
    .action(
      act(async (context, name: string) => {
        await context.api().freeAlias(name);
        context.output.result({ name, freed: true }, () =>
          context.output.line(`Anybody can use the name ${name} now.`),
        );
      }),
    );
}

function addAliasList(alias: Command, { act, admin }: Mount): void {
  alias
    .command('list')
    .alias('ls')
    .description(
      admin ? 'list all aliases' : 'list the aliases that you can see',
    )
    .addOption(limitOption())
    .action(
      act(async (context, flags: { limit?: number }) => {
        const api = context.api();
        const aliases = await collect(
          page =>
            api.listAliases({ scope: admin ? 'all' : 'visible', ...page }),
          flags.limit,
        );
        const { output } = context;
        output.result(aliases, () => {
          if (!aliases.length) output.note('There are none.');
          else
            output.table(
              ['ID', 'ALIAS', 'INSTANCE ID', 'PRIMARY', 'URL'],
              aliases.map(a => [
                a.id,
                a.name,
                a.instanceId ?? '',
                String(a.primary),
                a.url,
              ]),
            );
        });
      }),
    );
}

function addAliasTargets(alias: Command, mount: Mount): void {
  const { act } = mount;
  alias
    .command('create')
    .description('create an alias')
    .argument('<alias>', 'a DNS label, such as my-app')
    .argument('[instance]', INSTANCE)
    .addArgument(primaryArgument())
    .addHelpText(
      'after',
      examples(
        `${programOf(mount)} alias create my-app`,
        `${programOf(mount)} alias create my-app 1a2b true`,
      ),
    )
    .action(
      act(async (context, name: string, text?: string, primary?: boolean) => {
        const api = context.api();
        const instanceId = await findTarget(api, text, mount);
        showAlias(
          context,
          await api.createAlias({ name, instanceId, primary }),
        );
      }),
    );
  alias
    .command('assign')
    .description('assign an alias to an instance, or to none')
    .argument('<alias>', ALIAS)
    .argument('[instance]', INSTANCE)
    .addArgument(primaryArgument())
    .action(
      act(async (context, name: string, text?: string, primary?: boolean) => {
        const api = context.api();
        const instanceId = await findTarget(api, text, mount);
        showAlias(
          context,
          instanceId
            ? await api.assignAlias(name, { instanceId, primary })
            : await api.unassignAlias(name),
        );
      }),
    );
}

export function addAliasCommands(parent: Command, mount: Mount): void {
  const { act } = mount;
  const alias = parent
    .command('alias')
    .description(
      'manage aliases: addresses that you can move between instances',
    );
  addAliasList(alias, mount);
  alias
    .command('get')
    .description('show an alias')
    .argument('<alias>', ALIAS)
    .action(
      act(async (context, name: string) =>
        showAlias(context, await context.api().getAlias(name)),
      ),
    );
  addAliasTargets(alias, mount);
  const change = (
    name: string,
    description: string,
    work: (api: AppStoreApi, id: string) => Promise<AppAlias>,
  ) =>
    alias
      .command(name)
      .description(description)
      .argument('<alias>', ALIAS)
      .action(
        act(async (context, id: string) =>
          showAlias(context, await work(context.api(), id)),
        ),
      );
  change('unassign', 'unassign an alias', (api, id) => api.unassignAlias(id));
  change(
    'promote',
    'make an alias the primary address of its instance',
    (api, id) => api.promoteAlias(id),
  );
  change('undo', 'undo the last change of an alias', (api, id) =>
    api.undoAlias(id),
  );
  addAliasHistory(alias, mount);
  if (mount.admin) addAliasFree(alias, mount);
  alias
    .command('delete')
    .description(
      'delete an alias; its name stays reserved for its owner for some time',
    )
    .argument('<alias>', ALIAS)
    .addOption(yesOption())
    .action(
      act(async (context, name: string, flags: { yes?: boolean }) => {
        const api = context.api();
        const found = await api.getAlias(name);
        const { aliasRestSeconds = 0 } = await api.getStore();
        const who = whoMayTake(found, aliasRestSeconds);
        await context.confirm(
          `Delete the alias ${found.name}? ${found.url} will answer 404. ${who}`,
          flags.yes,
        );
        await api.deleteAlias(found.id);
        context.output.result({ id: found.id, deleted: true }, () =>
          context.output.line(`Deleted ${found.name}. ${who}`),
        );
      }),
    );
}
