/** `app transfer` and `app delete`: an app version leaves its owner. */
import type { Command } from 'commander';
import { findApp } from '../find';
import { APP } from './appWords';
import { personRef, yesOption, type Mount } from './shared';

const EXACT = "an app's id, or name@version; the name alone while it has one";

export function addAppEnds(app: Command, mount: Mount): void {
  const { act } = mount;
  app
    .command('transfer')
    .description('hand an app version over')
    .argument('<app>', APP)
    .argument('<owner>', 'a person with full access')
    .option('--all-versions', 'with all other versions of the same owner')
    .addOption(yesOption())
    .action(
      act(
        async (
          context,
          text: string,
          owner: string,
          flags: { allVersions?: boolean; yes?: boolean },
        ) => {
          const api = context.api();
          const { allVersions } = flags;
          const found = await findApp(api, text, {
            ...mount,
            exact: !allVersions,
          });
          const what = allVersions
            ? `all versions of ${found.name}`
            : `${found.name} ${found.version}`;
          const to = personRef(owner);
          await context.confirm(
            `Hand ${what} over to ${to}? Only they or an admin can give it back.`,
            flags.yes,
          );
          const after = await api.transferApp(found.id, {
            owner: to,
            allVersions,
          });
          context.output.result(after, () =>
            context.output.line(`${to} now owns ${what}.`),
          );
        },
      ),
    );

  app
    .command('delete')
    .description('delete an app version; fails while it has instances')
    .argument('<app>', EXACT)
    .option(
      '--purge-terminated',
      'give up volumes of terminated instances that could be restored',
    )
    .addOption(yesOption())
    .action(
      act(
        async (
          context,
          text: string,
          flags: { purgeTerminated?: boolean; yes?: boolean },
        ) => {
          const api = context.api();
          const { purgeTerminated } = flags;
          const found = await findApp(api, text, { ...mount, exact: true });
          const lost = purgeTerminated
            ? 'It and the volumes of its terminated instances cannot be taken back.'
            : 'It cannot be taken back.';
          await context.confirm(
            `Delete ${found.title} ${found.version}? ${lost}`,
            flags.yes,
          );
          await api.deleteApp(found.id, { purgeTerminated });
          context.output.result({ id: found.id, deleted: true }, () =>
            context.output.line(`Deleted ${found.name} ${found.version}.`),
          );
        },
      ),
    );
}
