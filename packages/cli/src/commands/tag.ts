/** `tag …` and `admin tag …`: labels of apps, and how visitors get to see them. */
import {
  tagAccess,
  type App,
  type Tag,
  type TagChange,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import type { Context } from '../Context';
import { findApp } from '../find';
import { tagNames } from '../present';
import { APP } from './appWords';
import { assertSomething, words, yesOption, type Mount } from './shared';

const TAG = 'ID or name of the tag';

interface TagFlags {
  name?: string;
  color?: string;
  title?: string;
  description?: string;
  visitorRoles?: string[];
  adminRoles?: string[];
}

/** Without what was not given, so that it stays as it is. */
function changeOf(flags: TagFlags): TagChange {
  const { name, color, title, description, visitorRoles, adminRoles } = flags;
  return { name, color, title, description, visitorRoles, adminRoles };
}

function addTagOptions(command: Command): Command {
  const roles = (flags: string, what: string) =>
    new Option(
      flags,
      `${what}; repeat or separate with commas; '' for none`,
    ).argParser(words);
  return command
    .option('-c, --color <color>', '#rrggbb')
    .option('-t, --title <title>', 'title')
    .option('-d, --description <text>', 'description')
    .addOption(
      roles(
        '-v, --visitor-roles <roles>',
        'roles whose visitors see and run apps with this tag',
      ),
    )
    .addOption(
      roles(
        '-a, --admin-roles <roles>',
        'roles that assign and change it; if none, everybody with full access, or only admins, depending on the settings of the store',
      ),
    );
}

function showTag({ output }: Context, tag: Tag): void {
  output.result(tag, () =>
    output.fields([
      ['ID', tag.id],
      ['Name', tag.name],
      ['Title', tag.title],
      ['Color', tag.color],
      ['Description', tag.description],
      ['Kind', tag.kind],
      ['Visitor Roles', tag.visitorRoles.join(', ')],
      ['Admin Roles', tag.adminRoles.join(', ')],
      ['Access', tagAccess(tag)],
      ['Apps', tag.apps],
    ]),
  );
}

function addTagging(tag: Command, mount: Mount): void {
  const tagging = (
    name: string,
    description: string,
    work: (context: Context, appId: string, tagId: string) => Promise<App>,
  ) =>
    tag
      .command(name)
      .description(description)
      .argument('<tag>', TAG)
      .argument('<app>', APP)
      .action(
        mount.act(async (context, tagId: string, text: string) => {
          const { id } = await findApp(context.api(), text, mount);
          const app = await work(context, id, tagId);
          context.output.result(app, () =>
            context.output.fields([
              ['ID', app.id],
              ['App', `${app.name} ${app.version}`],
              ['Tags', tagNames(app)],
            ]),
          );
        }),
      );
  tagging('assign', 'assign a tag to an app', (context, appId, tagId) =>
    context.api().assignTag(appId, tagId),
  );
  tagging('remove', 'remove a tag from an app', (context, appId, tagId) =>
    context.api().removeTag(appId, tagId),
  );
}

/** Only admins make and delete tags. */
function addTagGovernment(tag: Command, { act }: Mount): void {
  addTagOptions(
    tag
      .command('create')
      .description('create a tag')
      .requiredOption('-n, --name <name>', 'the name in app.toml'),
  ).action(
    act(async (context, flags: TagFlags & { name: string }) =>
      showTag(
        context,
        await context.api().createTag({ ...changeOf(flags), name: flags.name }),
      ),
    ),
  );

  tag
    .command('delete')
    .description('delete a tag, and remove it from all apps')
    .argument('<tag>', TAG)
    .addOption(yesOption())
    .action(
      act(async (context, text: string, flags: { yes?: boolean }) => {
        const api = context.api();
        const found = await api.getTag(text);
        const visitors = found.visitorRoles.length
          ? ' Visitors who see apps only because of it will no longer see them.'
          : '';
        await context.confirm(
          `Delete ${found.name}, and remove it from ${found.apps} app versions?${visitors}`,
          flags.yes,
        );
        await api.deleteTag(found.id);
        context.output.result({ id: found.id, deleted: true }, () =>
          context.output.line(`Deleted ${found.name}.`),
        );
      }),
    );
}

export function addTagCommands(parent: Command, mount: Mount): void {
  const { act, admin } = mount;
  const tag = parent
    .command('tag')
    .description('manage tags, the labels of apps');
  tag
    .command('list')
    .alias('ls')
    .description('list all tags')
    .action(
      act(async context => {
        const tags = await context.api().listTags();
        const { output } = context;
        output.result(tags, () =>
          output.table(
            ['ID', 'NAME', 'TITLE', 'KIND', 'APPS'],
            tags.map(t => [t.id, t.name, t.title, t.kind, String(t.apps)]),
          ),
        );
      }),
    );
  tag
    .command('get')
    .description('show a tag')
    .argument('<tag>', TAG)
    .action(
      act(async (context, text: string) =>
        showTag(context, await context.api().getTag(text)),
      ),
    );
  addTagging(tag, mount);
  addTagOptions(
    tag
      .command('update')
      .description('change a tag')
      .argument('<tag>', TAG)
      .option('-n, --name <name>', 'the name in app.toml'),
  ).action(
    act(async (context, text: string, flags: TagFlags) => {
      const change = changeOf(flags);
      assertSomething(change, '--title, --visitor-roles or another option');
      showTag(context, await context.api().updateTag(text, change));
    }),
  );
  if (admin) addTagGovernment(tag, mount);
}
