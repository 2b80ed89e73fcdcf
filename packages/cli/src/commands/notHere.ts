/** Commands that scripts know from elsewhere and that are not there: they say so, whatever is asked of them. */
import type { Command } from 'commander';
import { CliError, EXIT } from '../errors';

const NOT_HERE: Record<string, { why: string; remedy: string }> = {
  exec: {
    why: 'apps do not run in Docker on this machine',
    remedy:
      'Use `app-store bundle test`: it runs a directory in the store, shows its log, then deletes everything.',
  },
  platform: {
    why: 'the store has no separate platform tokens',
    remedy: 'Use `app-store token` and `app-store login`.',
  },
};

/** Adds a command that says that it is not there; it stands in no help. */
function add(
  parent: Command,
  name: string,
  options: { path: string; why: string; remedy: string },
): void {
  parent
    .command(name, { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action(() => {
      throw new CliError(
        `app-store has no command ${options.path}: ${options.why}.`,
        { exitCode: EXIT.usage, code: 'NOT_HERE', remedy: options.remedy },
      );
    });
}

/** Adds all of them. */
export function addNotHere(program: Command): void {
  for (const [name, words] of Object.entries(NOT_HERE))
    add(program, name, { path: name, ...words });
  const config = program.commands.find(each => each.name() === 'config');
  if (config)
    add(config, 'update-platform-token', {
      path: 'config update-platform-token',
      why: 'there is only the token of the sign-in',
      remedy: 'Use `app-store config update-token`.',
    });
}
