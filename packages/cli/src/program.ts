/** The command, put together. */
import { Command } from 'commander';
import { version } from '../package.json';
import { addAppCommands } from './commands/app';
import { addBundleCommands } from './commands/bundle';
import { addInstanceCommands } from './commands/instance';
import { addLoginCommands } from './commands/login';
import type { Act } from './commands/shared';
import { addCompletionCommands } from './completion';
import { Context, type GlobalFlags, type World } from './Context';
import type { Output } from './output';

const EXIT_CODES = `
Exit codes:
  0  done                   3  there is no such thing
  1  refused                4  not signed in, or not permitted
  2  not understood         5  the store cannot be reached
`;

/**
 * The program for one world.
 *
 * @param done - called with the exit code of a command that ran
 */
export function createProgram(
  world: World,
  output: Output,
  done: (code: number) => void,
): Command {
  const program = new Command('app-store')
    .description('Packs, publishes and runs apps of the AI App Store.')
    .version(version, '-V, --version')
    .option('--conf <path>', 'another configuration file (APP_STORE_CONFIG)')
    .option('--url <url>', "the portal's address (APP_STORE_URL)")
    .option('--json', 'print results as JSON')
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: text => world.out.write(text),
      // Failures are told with all others, at the end; help that nobody asked for is shown.
      writeErr: text => {
        if (!text.startsWith('error:')) world.err.write(text);
      },
      getOutHasColors: () => Boolean(world.out.isTTY) && !world.env.NO_COLOR,
      getOutHelpWidth: () => world.out.columns ?? 80,
    })
    .exitOverride();
  const act: Act =
    work =>
    async (...args) => {
      const command = args.pop() as Command;
      const context = await Context.create(
        world,
        output,
        command.optsWithGlobals<GlobalFlags>(),
      );
      const code = await work(context, ...(args as never));
      done(code ?? 0);
    };
  addLoginCommands(program, act);
  addBundleCommands(program, act);
  addAppCommands(program, act);
  addInstanceCommands(program, act);
  addCompletionCommands(program, text => world.out.write(text));
  // Settings of the root hold for all commands below it.
  const inherit = (parent: Command) =>
    parent.commands.forEach(command => {
      command.copyInheritedSettings(parent);
      inherit(command);
    });
  inherit(program);
  return program;
}
