/** `bundle init`: a first app of a kind, that runs as it is. */
import { appNameProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';
import { TEMPLATES } from './templates';

/** What can be begun. */
export const KINDS = Object.keys(TEMPLATES);

/** What may be given instead of asked for. */
export interface InitFlags {
  kind?: string;
  name?: string;
  title?: string;
}

async function assertEmpty(directory: string): Promise<void> {
  const entries = await readdir(directory).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw new CliError(`${directory}: ${error.message}`, {
        code: 'NO_DIRECTORY',
      });
    },
  );
  if (entries.filter(name => name !== '.git').length)
    throw new CliError(`${directory} is not empty.`, {
      code: 'NOT_EMPTY',
      remedy: 'Use a new directory: app-store bundle init my-app.',
    });
}

function nameProblem(name: string): string | true {
  const problem = appNameProblem(name);
  return problem ? `The name ${problem}.` : true;
}

async function ask(
  context: Context,
  directory: string,
  flags: InitFlags,
): Promise<Required<InitFlags>> {
  const suggestion = basename(directory)
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  let { kind, name, title } = flags;
  if (!kind && !context.world.canAsk)
    throw new CliError('Which kind of app?', {
      exitCode: EXIT.usage,
      code: 'NO_KIND',
      remedy: `Add --kind with one of ${KINDS.join(', ')}.`,
    });
  if (!kind) {
    const { input, select } = await import('@inquirer/prompts');
    kind = await select({
      message: 'Which kind of app?',
      choices: Object.entries(TEMPLATES).map(([value, template]) => ({
        value,
        name: `${value.padEnd(10)} ${template.about}`,
      })),
    });
    name ??= await input({
      message: 'Name (letters, digits, ".", "-"; links its versions)',
      default: suggestion || 'my-app',
      validate: nameProblem,
    });
    title ??= await input({ message: 'Title', default: name });
  }
  name ??= suggestion || 'my-app';
  const problem = nameProblem(name);
  if (problem !== true)
    throw new CliError(problem, { exitCode: EXIT.usage, code: 'BAD_NAME' });
  return { kind, name, title: title ?? name };
}

/** Writes the files. */
export async function initialise(
  context: Context,
  text: string | undefined,
  flags: InitFlags,
): Promise<void> {
  const { output, world } = context;
  const directory = resolve(world.cwd, text ?? '.');
  await assertEmpty(directory);
  const answers = await ask(context, directory, flags);
  const template = TEMPLATES[answers.kind];
  const files = template.files(answers);
  for (const [path, content] of Object.entries(files)) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  output.result({ directory, files: Object.keys(files) }, () => {
    Object.keys(files).forEach(path =>
      output.line(join(relative(world.cwd, directory) || '.', path)),
    );
  });
  const here = relative(world.cwd, directory);
  output.note(
    `\n${template.next}\n\nNext:\n${
      here ? `  cd ${here}\n` : ''
    }  app-store bundle lint\n  app-store bundle import\n  app-store app run ${
      answers.name
    }`,
  );
}
