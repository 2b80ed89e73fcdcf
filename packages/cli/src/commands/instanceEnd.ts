/** `instance terminate` and `instance restore`: the end of an instance, and back from it. */
import {
  AppStoreError,
  type AppInstance,
  type AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { findInstance } from '../find';
import { duration } from '../output';
import { showInstance } from '../present';
import { INSTANCE } from './instanceWords';
import { examples, programOf, yesOption, type Mount } from './shared';

/** An instance that ends; undefined where nothing of it is kept and it is gone. */
async function afterwards(
  api: AppStoreApi,
  id: string,
): Promise<AppInstance | undefined> {
  try {
    return await api.getInstance(id);
  } catch (error) {
    if (error instanceof AppStoreError && error.problem.status === 404)
      return undefined;
    throw error;
  }
}

/** What somebody is asked before the end. */
async function question(
  api: AppStoreApi,
  found: AppInstance,
  purge: boolean,
): Promise<string> {
  const { terminatedRetentionSeconds: kept = 0 } = await api.getStore();
  const lost =
    purge || kept <= 0
      ? 'All data on its volume is lost.'
      : `Its volume, if it has one, is kept for ${duration(
          kept,
        )}. All other data is lost.`;
  return `Terminate ${found.appTitle} (${found.id})? ${lost}`;
}

export function addInstanceEnds(instance: Command, mount: Mount): void {
  const { act } = mount;
  instance
    .command('terminate')
    .description('terminate an instance; its volume is kept for some time')
    .argument('<instance>', INSTANCE)
    .option('--purge', 'delete its volume now')
    .addOption(yesOption())
    .addHelpText('after', examples('app-store instance terminate 1a2b -y'))
    .action(
      act(
        async (
          context,
          text: string,
          flags: { purge?: boolean; yes?: boolean },
        ) => {
          const api = context.api();
          const { purge = false, yes } = flags;
          const found = await findInstance(api, text, mount);
          await context.confirm(() => question(api, found, purge), yes);
          await api.terminateInstance(found.id, purge ? { purge } : {});
          const until = purge
            ? undefined
            : (await afterwards(api, found.id))?.purgeAfter;
          context.output.result(
            { id: found.id, terminated: true, restorableUntil: until },
            () => {
              context.output.line(`Terminated ${found.id}.`);
              if (until)
                context.output.line(
                  `Its volume is kept until ${until}: \`${programOf(
                    mount,
                  )} instance restore ${found.id}\` restores it.`,
                );
            },
          );
        },
      ),
    );

  instance
    .command('restore')
    .description('restore a terminated instance; it is then suspended')
    .argument('<instance>', 'ID of the instance, or its first characters')
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const { id } = await findInstance(api, text, {
          ...mount,
          terminated: true,
        });
        showInstance(context.output, await api.restoreInstance(id));
      }),
    );
}
