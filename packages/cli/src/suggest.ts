/** What somebody may have meant who mistyped the name of a command. */
import { Command, CommanderError } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, EXIT } from './errors';

/** `(Did you mean init?)`, in commander's own words; empty where nothing is alike. */
export function suggestion(word: string, candidates: string[]): string {
  const asked = new Command()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeErr: () => {} });
  for (const name of candidates) asked.command(name);
  try {
    asked.parse([word], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return /\(Did you mean .*\?\)/.exec(error.message)?.[0] ?? '';
  }
  return '';
}

/**
 * A group that is a command itself takes a mistyped subcommand for its argument.
 *
 * @throws CliError where that is what happened
 */
export function assertNoSubcommandMeant(command: Command, cwd: string): void {
  if (!command.commands.length) return;
  const { args } = command;
  const takes = command.registeredArguments.length;
  const [word] = args;
  if (word === undefined) return;
  if (args.length <= takes && existsSync(resolve(cwd, word))) return;
  const meant = suggestion(
    word,
    command.commands.map(each => each.name()),
  );
  if (!meant && args.length <= takes) return;
  throw new CliError(
    meant
      ? `${command.name()} has no command ${JSON.stringify(word)}.\n${meant}`
      : `too many arguments for '${command.name()}': it takes ${takes}`,
    {
      exitCode: EXIT.usage,
      code: 'USAGE',
      remedy: `See \`app-store ${command.name()} --help\`.`,
    },
  );
}
