/** `bundle …`: from a directory to the store. */
import {
  appTomlJsonSchema,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Option, type Command } from 'commander';
import { stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Context } from '../Context';
import { dockerfile } from '../dockerfile';
import { CliError, EXIT } from '../errors';
import { withGeneratedVersion } from '../generatedVersion';
import { initialise, KINDS, type InitFlags } from '../init';
import { importFile, type ImportFlags } from '../importing';
import { launch } from '../launching';
import { bytes } from '../output';
import {
  assertSound,
  checkDirectory,
  packed,
  packInto,
  type Packed,
} from '../packing';
import { showApp, showInstance } from '../present';
import { importOptions } from './appImport';
import { testBundle } from './bundleTest';
import { examples, visibilityOption, type Act } from './shared';

const DIRECTORY = 'the directory with app.toml';

function directoryOf(context: Context, text: string | undefined): string {
  return resolve(context.world.cwd, text ?? '.');
}

async function pack(
  context: Context,
  text: string | undefined,
  flags: { output?: string; generateDockerfile?: boolean },
): Promise<void> {
  const { output, world } = context;
  const directory = directoryOf(context, text);
  const { manifest } = await checkDirectory(directory);
  const given = flags.output && resolve(world.cwd, flags.output);
  const isDirectory =
    given && (await stat(given).catch(() => undefined))?.isDirectory();
  const file = `${manifest?.name}.${manifest?.version}.wave`;
  const path = given && !isDirectory ? given : join(given || world.cwd, file);
  const docker = path.replace(/(\.wave|\.zip)?$/, '.Dockerfile');
  // What is written here is no part of what is packed.
  const checked = await checkDirectory(directory, { without: [path, docker] });
  assertSound(checked);
  output.issues(checked.issues);
  const bundle = await packInto(checked, directory, path);
  if (flags.generateDockerfile)
    await writeFile(docker, dockerfile(checked.manifest, basename(path)));
  const result = {
    path,
    size: bundle.size,
    digest: bundle.digest,
    files: checked.tree.files.length,
    ...(flags.generateDockerfile ? { dockerfile: docker } : {}),
  };
  output.result(result, () => {
    output.line(path);
    if (flags.generateDockerfile) output.line(docker);
  });
  output.note(
    `${checked.tree.files.length} files, ${bytes(bundle.size)}, sha256 ${
      bundle.digest
    }`,
  );
}

async function lint(
  context: Context,
  text: string | undefined,
): Promise<number> {
  const { output } = context;
  const { issues, manifest, tree } = await checkDirectory(
    directoryOf(context, text),
  );
  const errors = issues.filter(issue => issue.severity === 'error');
  if (output.json) output.data({ sound: !errors.length, issues });
  else {
    output.issues(issues);
    if (!errors.length)
      output.line(
        `${manifest?.name} ${manifest?.version} is valid: ${tree.files.length} files.`,
      );
    else
      output.note(
        `${errors.length} ${errors.length === 1 ? 'fault' : 'faults'}.`,
      );
  }
  return errors.length ? EXIT.refused : EXIT.ok;
}

/** Packs a directory, under a generated version where one is wanted. */
function packedFor<T>(
  context: Context,
  directory: string,
  generate: boolean | undefined,
  work: (bundle: Packed) => Promise<T>,
): Promise<T> {
  return generate
    ? withGeneratedVersion(
        context,
        directory,
        (own, time) => `${own}-${time}`,
        work,
      )
    : packed(directory, undefined, work);
}

/** Imports a directory PRIVATE under a generated version, and runs it. */
async function deploy(
  context: Context,
  directory: string,
  flags: { visibility: Visibility; generateVersion?: string },
): Promise<void> {
  const { output } = context;
  const generate = flags.generateVersion !== 'false';
  const app = await packedFor(
    context,
    directory,
    generate,
    async bundle => (await importFile(context, bundle.path, {})).app,
  );
  if (!output.json) showApp(output, app);
  const running = await launch(context, app.id, {
    visibility: flags.visibility,
  }).catch(error => {
    throw error instanceof CliError
      ? new CliError(error.message, {
          ...error,
          about: { appId: app.id, ...error.about },
        })
      : error;
  });
  if (output.json) output.data({ app, instance: running });
  else {
    output.line();
    showInstance(output, running);
  }
}

export function addBundleCommands(program: Command, act: Act): void {
  const bundle = program
    .command('bundle')
    .description('pack, check and publish bundles')
    .argument('[directory]', DIRECTORY)
    // What is too much is a mistyped command more often: it is answered as such.
    .allowExcessArguments()
    .option(
      '-o, --output <path>',
      'the output file (default: NAME.VERSION.wave)',
    )
    .option(
      '--generate-dockerfile',
      'also write a Dockerfile for an image that starts without the store',
    )
    .addHelpText(
      'after',
      examples(
        'app-store bundle',
        'app-store bundle my-app -o dist/',
        'app-store bundle lint my-app',
        'app-store bundle init my-app --kind python --name com.example.my-app',
        'app-store bundle import my-app -v ALL_USERS',
      ),
    )
    .action(act(pack));

  bundle
    .command('init')
    .description('create a new app from a template')
    .argument('[directory]', 'the directory; must be new or empty')
    .addOption(new Option('-k, --kind <kind>', 'kind of app').choices(KINDS))
    .option('-n, --name <name>', "the app's name")
    .option('--title <title>', 'title')
    .addHelpText('after', examples('app-store bundle init my-app --kind node'))
    .action(
      act(async (context, text: string | undefined, flags: InitFlags) =>
        initialise(context, text, flags),
      ),
    );

  bundle
    .command('schema')
    .description('print the JSON Schema of app.toml, for editors')
    .action(act(async context => context.output.data(appTomlJsonSchema())));

  bundle
    .command('lint')
    .description('check a bundle; needs no store')
    .argument('[directory]', DIRECTORY)
    .action(act(lint));

  bundle
    .command('import')
    .description('pack a directory and publish it')
    .argument('[directory]', DIRECTORY)
    .addOption(visibilityOption('the app'))
    .addOption(importOptions.image())
    .addOption(importOptions.profile())
    .option(
      '-g, --generate-version',
      'append the time to the version, to make it new',
    )
    .action(
      act(
        async (
          context,
          text: string | undefined,
          flags: ImportFlags & { generateVersion?: boolean },
        ) => {
          const { app } = await packedFor(
            context,
            directoryOf(context, text),
            flags.generateVersion,
            file => importFile(context, file.path, flags),
          );
          showApp(context.output, app);
        },
      ),
    );

  bundle
    .command('deploy')
    .description('publish a directory as PRIVATE and run it')
    .argument('[directory]', DIRECTORY)
    .addOption(visibilityOption('the instance'))
    .addOption(
      new Option('--generate-version [yes]', 'append the time to the version')
        .choices(['true', 'false'])
        .default('true'),
    )
    .action(
      act(
        async (
          context,
          text: string | undefined,
          flags: { visibility: Visibility; generateVersion?: string },
        ) => deploy(context, directoryOf(context, text), flags),
      ),
    );

  bundle
    .command('test')
    .description(
      'run a directory until Ctrl-C, show its log, then delete everything',
    )
    .argument('[directory]', DIRECTORY)
    .action(
      act(async (context, text: string | undefined) =>
        testBundle(context, directoryOf(context, text)),
      ),
    );
}
