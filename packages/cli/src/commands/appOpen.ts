/** `app open`: where an app answers. */
import {
  isUp,
  type App,
  type AppStoreApi,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import { CliError, EXIT } from '../errors';
import { findApp } from '../find';
import { APP } from './appWords';
import type { Mount } from './shared';

/** A link's address, the newest instance of a managed app, or one's own newest that runs. */
async function addressOf(
  api: AppStoreApi,
  app: App,
): Promise<{ id?: string; url: string }> {
  if (app.lifecycle === 'LINK') return { url: app.linkAddress! };
  if (app.lifecycle === 'MANAGED') {
    const managed = await api.getManagedInstance(app.id);
    if (isUp(managed)) return managed;
    // It may be somebody else's than the app.
    const mine = await api
      .getInstance(managed.id)
      .then(({ can }) => can.resume)
      .catch(() => false);
    throw new CliError(`${app.title} is suspended.`, {
      exitCode: EXIT.notFound,
      code: 'NO_INSTANCE',
      remedy: mine
        ? `Resume it with \`app-store instance resume ${managed.id}\`.`
        : `Ask its owner to resume it; admins use \`app-store admin instance resume ${managed.id}\`.`,
    });
  }
  const { items } = await api.listInstances({
    scope: 'mine',
    appId: app.id,
    limit: 50,
  });
  const up = items.find(isUp);
  if (up) return up;
  throw new CliError(`You have no running instance of ${app.title}.`, {
    exitCode: EXIT.notFound,
    code: 'NO_INSTANCE',
    remedy: `Start one with \`app-store app run ${app.name}@${app.version}\`, or resume one.`,
  });
}

export function addAppOpen(app: Command, { act }: Mount): void {
  app
    .command('open')
    .description('print the address of an app and open it in the browser')
    .argument('<app>', APP)
    .option('--no-browser', 'print the address only')
    .action(
      act(async (context, text: string, flags: { browser: boolean }) => {
        const api = context.api();
        const { id, url } = await addressOf(api, await findApp(api, text));
        const { output, world } = context;
        if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
          throw new CliError(`${url} is not the address of a web page.`, {
            code: 'BAD_ADDRESS',
          });
        output.result({ id, url }, () =>
          output.fields([
            ['ID', id],
            ['URL', url],
          ]),
        );
        if (flags.browser && output.interactive)
          await world.browse(url).catch(() => {});
      }),
    );
}
