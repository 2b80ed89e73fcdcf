/** `app delete`: an app version leaves the store. */
import type { Command } from 'commander';
import { findApp } from '../find';
import { yesOption, type Mount } from './shared';

const EXACT = "an app's id, or name@version; the name alone while it has one";

export function addAppEnds(app: Command, mount: Mount): void {
  const { act } = mount;
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
