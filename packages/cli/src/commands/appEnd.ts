/** `app delete`: an app version leaves the store. */
import type { Command } from 'commander';
import { findApp } from '../find';
import { yesOption, type Mount } from './shared';

const EXACT = 'ID or name@version; the name alone if it has one version';

export function addAppEnds(app: Command, mount: Mount): void {
  const { act } = mount;
  app
    .command('delete')
    .description('delete an app version that has no instances')
    .argument('<app>', EXACT)
    .option(
      '--purge-terminated',
      'also delete volumes of terminated instances that can be restored',
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
            ? 'This permanently deletes it and the volumes of its terminated instances.'
            : 'This cannot be undone.';
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
