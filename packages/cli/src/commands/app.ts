/** `app …`: apps of the store. */
import {
  APP_META_PARTS,
  type App,
  type AppMetaPart,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Archive, checkBundle } from '@ai-app-store/bundle';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withoutTrace } from '../cleanUp';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { findApp } from '../find';
import { follow, importFile } from '../launching';
import { showApp, showInstance, tagNames } from '../present';
import { examples, visibilityOption, type Act } from './shared';

const APP = "an app's id, the beginning of one, its name, or name@version";
const FILE_OF: Record<Exclude<AppMetaPart, 'FILES'>, string> = {
  REQUIREMENTS: 'requirements.txt',
  PACKAGES: 'packages.txt',
  APP: 'app.toml',
};

function partOption(text: string): AppMetaPart {
  const value = text.toLocaleUpperCase('en-US');
  const found = APP_META_PARTS.find(part => part === value);
  if (!found)
    throw new InvalidArgumentError(
      `Choose one of ${APP_META_PARTS.join(', ')}.`,
    );
  return found;
}

function listed(context: Context, apps: App[], long: boolean): void {
  const { output } = context;
  output.result(apps, () => {
    if (!apps.length) {
      output.note(
        'There are none. `app-store app list -a` lists all that you may see; `app-store bundle import` publishes one.',
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
      ]),
    );
  });
}

/** Writes the entries of an archive below a directory; what it holds was checked when it was opened. */
async function extract(path: string, directory: string): Promise<number> {
  const archive = await Archive.open(path);
  try {
    for (const file of archive.files) {
      const target = join(directory, ...file.path.split('/'));
      await mkdir(dirname(target), { recursive: true });
      await pipeline(
        await file.open(),
        createWriteStream(target, { mode: file.executable ? 0o755 : 0o644 }),
      );
    }
    return archive.files.length;
  } finally {
    await archive.close();
  }
}

async function assertNew(path: string): Promise<void> {
  if (await stat(path).catch(() => undefined))
    throw new CliError(`${path} is there already.`, {
      code: 'FILE_EXISTS',
      remedy: 'Name another path, or remove it.',
    });
}

async function download(
  context: Context,
  text: string,
  to: string | undefined,
  flags: { extract?: boolean },
): Promise<void> {
  const api = context.api();
  const app = await findApp(api, text);
  // A name from elsewhere decides no directory.
  const name = `${app.name}.${app.version}`.replace(/[^A-Za-z0-9._-]/g, '_');
  const path = resolve(
    context.world.cwd,
    to ?? (flags.extract ? name : `${name}.wave`),
  );
  await assertNew(path);
  const response = await api.downloadApp(app.id);
  const half = `${path}.half-${process.pid}`;
  await withoutTrace(half, async () => {
    await pipeline(
      Readable.fromWeb(response.body as never),
      createWriteStream(half, { mode: 0o644 }),
    );
    if (!flags.extract) {
      await rename(half, path);
      return;
    }
    const unpacked = `${half}.d`;
    await withoutTrace(unpacked, async () => {
      await extract(half, unpacked);
      await rename(unpacked, path);
    });
  });
  context.output.result({ id: app.id, path }, () => context.output.line(path));
}

/** Prints a part of a bundle on this machine. */
async function inspect(
  context: Context,
  file: string,
  part: AppMetaPart,
): Promise<void> {
  const path = isAbsolute(file) ? file : join(context.world.cwd, file);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new CliError(`${file} is not a file.`, {
      exitCode: EXIT.notFound,
      code: 'NO_FILE',
    });
  const archive = await Archive.open(path);
  try {
    if (part === 'FILES') {
      const files = archive.files.map(f => ({ path: f.path, size: f.size }));
      context.output.result(files, () =>
        context.output.text(files.map(f => f.path).join('\n')),
      );
      return;
    }
    const entry = archive.find(FILE_OF[part]);
    if (!entry)
      throw new CliError(`The bundle has no ${FILE_OF[part]}.`, {
        exitCode: EXIT.notFound,
        code: 'NO_SUCH_PART',
      });
    const text = (await archive.read(entry, 1024 ** 2)).toString('utf8');
    context.output.result({ [FILE_OF[part]]: text }, () =>
      context.output.text(text),
    );
    const { issues } = await checkBundle(archive);
    context.output.issues(issues);
  } finally {
    await archive.close();
  }
}

export function addAppCommands(program: Command, act: Act): void {
  const app = program.command('app').description('apps of the store');

  app
    .command('list')
    .alias('ls')
    .description('your apps, or all that you may see')
    .option('-a, --all', 'all apps that you may see')
    .option('--name <name>', 'all versions of one name')
    .option('-l, --long', 'with name, version, and whether it can be run')
    .option('--search <words>', 'only apps with these words')
    .option('--runnable', 'only apps that can be run here')
    .option('--not-runnable', 'only apps that cannot, for want of something')
    .action(
      act(
        async (
          context,
          flags: {
            all?: boolean;
            name?: string;
            long?: boolean;
            search?: string;
            runnable?: boolean;
            notRunnable?: boolean;
          },
        ) => {
          let runnable: boolean | undefined;
          if (flags.runnable) runnable = true;
          if (flags.notRunnable) runnable = false;
          listed(
            context,
            await context.api().listAllApps({
              scope: flags.all || flags.name ? 'visible' : 'mine',
              name: flags.name,
              search: flags.search,
              runnable,
            }),
            flags.long ?? false,
          );
        },
      ),
    );

  app
    .command('get')
    .description('what is known of an app')
    .argument('<app>', APP)
    .action(
      act(async (context, text: string) =>
        showApp(context.output, await findApp(context.api(), text)),
      ),
    );

  app
    .command('import')
    .description('publish a bundle')
    .argument('<bundle>', 'a .wave or .zip file')
    .addOption(visibilityOption('the app'))
    .action(
      act(async (context, file: string, flags: { visibility: Visibility }) => {
        const { app: imported } = await importFile(
          context,
          resolve(context.world.cwd, file),
          flags.visibility,
        );
        showApp(context.output, imported);
      }),
    );

  app
    .command('run')
    .description('start an instance and wait until it runs')
    .argument('<app>', APP)
    .addOption(visibilityOption('the instance'))
    .option('--no-wait', 'do not wait')
    .addHelpText(
      'after',
      examples(
        'app-store app run com.example.hello',
        'app-store app run com.example.hello@1.0.0 -v ALL_USERS',
      ),
    )
    .action(
      act(
        async (
          context,
          text: string,
          flags: { visibility: Visibility; wait: boolean },
        ) => {
          const api = context.api();
          const found = await findApp(api, text);
          const started = await api.runApp(found.id, {
            visibility: flags.visibility,
          });
          if (!flags.wait) {
            showInstance(context.output, started);
            return;
          }
          try {
            showInstance(context.output, await follow(context, api, started));
          } catch (error) {
            // The instance is there, and its id is what one needs to look at it.
            context.output.note(`ID  ${started.id}`);
            throw error;
          }
        },
      ),
    );

  app
    .command('update')
    .description('change who may see an app')
    .argument('<app>', APP)
    .addOption(visibilityOption('the app', { mandatory: true }))
    .action(
      act(async (context, text: string, flags: { visibility: Visibility }) => {
        const api = context.api();
        const found = await findApp(api, text);
        showApp(
          context.output,
          await api.updateApp(found.id, { visibility: flags.visibility }),
        );
      }),
    );

  app
    .command('delete')
    .description('delete an app version; fails while it has instances')
    .argument('<app>', "an app's id, or name@version")
    .option('-y, --yes', 'do not ask')
    .action(
      act(async (context, text: string, flags: { yes?: boolean }) => {
        const api = context.api();
        const found = await findApp(api, text);
        await context.confirm(
          `Delete ${found.title} ${found.version}? It cannot be taken back.`,
          flags.yes,
        );
        await api.deleteApp(found.id);
        context.output.result({ id: found.id, deleted: true }, () =>
          context.output.line(`Deleted ${found.name} ${found.version}.`),
        );
      }),
    );

  app
    .command('download')
    .description('download the bundle of an app')
    .argument('<app>', APP)
    .argument('[path]', 'where to; name.version.wave otherwise')
    .option('--extract', 'unpack it into a directory')
    .action(
      act(
        async (
          context,
          text: string,
          path: string | undefined,
          flags: { extract?: boolean },
        ) => download(context, text, path, flags),
      ),
    );

  app
    .command('meta')
    .description('print a part of the bundle of an app')
    .argument('<app>', APP)
    .option(
      '-t, --type <part>',
      APP_META_PARTS.join(', '),
      partOption,
      'REQUIREMENTS' as AppMetaPart,
    )
    .action(
      act(async (context, text: string, flags: { type: AppMetaPart }) => {
        const api = context.api();
        const found = await findApp(api, text);
        const part = await api.getAppMeta(found.id, flags.type);
        context.output.result({ id: found.id, [flags.type]: part }, () =>
          context.output.text(part),
        );
      }),
    );

  app
    .command('inspect')
    .description('print a part of a bundle on this machine')
    .addArgument(new Argument('<bundle>', 'a .wave or .zip file'))
    .option(
      '-t, --type <part>',
      APP_META_PARTS.join(', '),
      partOption,
      'APP' as AppMetaPart,
    )
    .action(
      act(async (context, file: string, flags: { type: AppMetaPart }) =>
        inspect(context, file, flags.type),
      ),
    );
}
