/** `app download`, `app meta`, `app inspect`: what is in a bundle. */
import {
  APP_META_PARTS,
  type AppMetaPart,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Archive, checkBundle } from '@ai-app-store/bundle';
import { Option, type Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withoutTrace } from '../cleanUp';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { findApp, type Reach } from '../find';
import { APP } from './appWords';
import { oneOf, type Mount } from './shared';

const FILE_OF: Record<Exclude<AppMetaPart, 'FILES'>, string> = {
  REQUIREMENTS: 'requirements.txt',
  PACKAGES: 'packages.txt',
  APP: 'app.toml',
};

const partOption = (initial: AppMetaPart) =>
  new Option('-t, --type <part>', 'the part to print')
    .choices(APP_META_PARTS)
    .argParser(oneOf(APP_META_PARTS))
    .default(initial);

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
    throw new CliError(`${path} exists already.`, {
      code: 'FILE_EXISTS',
      remedy: 'Name another path, or remove it.',
    });
}

async function download(
  context: Context,
  text: string,
  to: string | undefined,
  flags: { extract?: boolean },
  reach: Reach,
): Promise<void> {
  const api = context.api();
  const app = await findApp(api, text, reach);
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

/** `app download` and `app meta`, of apps in the store. */
export function addAppContents(app: Command, mount: Mount): void {
  const { act } = mount;
  app
    .command('download')
    .description('download the bundle of an app')
    .argument('<app>', APP)
    .argument('[path]', 'the output file (default: NAME.VERSION.wave)')
    .option('--extract', 'unpack it into a directory')
    .action(
      act(
        async (
          context,
          text: string,
          path: string | undefined,
          flags: { extract?: boolean },
        ) => download(context, text, path, flags, mount),
      ),
    );

  app
    .command('meta')
    .description('print a part of the bundle of an app')
    .argument('<app>', APP)
    .addOption(partOption('REQUIREMENTS'))
    .action(
      act(async (context, text: string, flags: { type: AppMetaPart }) => {
        const api = context.api();
        const found = await findApp(api, text, mount);
        const part = await api.getAppMeta(found.id, flags.type);
        context.output.result({ id: found.id, [flags.type]: part }, () =>
          context.output.text(part),
        );
      }),
    );
}

/** `app inspect`, which needs no store. */
export function addAppInspect(app: Command, { act }: Mount): void {
  app
    .command('inspect')
    .description('print a part of a local bundle')
    .argument('<bundle>', 'a .wave or .zip file')
    .addOption(partOption('APP'))
    .action(
      act(async (context, file: string, flags: { type: AppMetaPart }) =>
        inspect(context, file, flags.type),
      ),
    );
}
