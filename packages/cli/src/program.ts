/** The command, put together. */
import { Command } from 'commander';
import { version } from '../package.json';
import { addAdminCommands } from './commands/admin';
import { addDoctorCommand } from './commands/doctor';
import { addAliasCommands } from './commands/alias';
import { addAppCommands } from './commands/app';
import { addApplyCommands } from './commands/apply';
import { addBundleCommands } from './commands/bundle';
import { addConfigCommands } from './commands/config';
import { addDeclareCommands } from './commands/declare';
import { addEnvCommands } from './commands/env';
import { addInstanceCommands } from './commands/instance';
import { addLoginCommands } from './commands/login';
import { addNotHere } from './commands/notHere';
import { addSecretCommands } from './commands/secret';
import type { Act, Mount } from './commands/shared';
import { addTagCommands } from './commands/tag';
import { addTokenCommands } from './commands/token';
import { addWhyCommand } from './commands/why';
import { addCompletionCommands } from './completion';
import { Context, type GlobalFlags, type World } from './Context';
import type { Output } from './output';
import { assertNoSubcommandMeant } from './suggest';

const EXIT_CODES = `
Exit codes:
  0  done           3  not found
  1  refused        4  not signed in, or not permitted
  2  wrong usage    5  the store cannot be reached
                    6  differs from what is declared
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
    .description('Publish, run and manage apps of the AI App Store.')
    .version(version, '-V, --version')
    .option('--conf <path>', 'configuration file (APP_STORE_CONFIG)')
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
      assertNoSubcommandMeant(command, world.cwd);
      const context = await Context.create(
        world,
        output,
        command.optsWithGlobals<GlobalFlags>(),
      );
      const code = await work(context, ...(args as never));
      done(code ?? 0);
    };
  const own: Mount = { act, admin: false };
  addLoginCommands(program, act);
  addConfigCommands(program, act);
  addTokenCommands(program, act);
  addBundleCommands(program, act);
  addAppCommands(program, own);
  addInstanceCommands(program, own);
  addTagCommands(program, own);
  addSecretCommands(program, own);
  addAliasCommands(program, own);
  addApplyCommands(program, act);
  addDeclareCommands(program, act);
  addEnvCommands(program, act);
  addWhyCommand(program, act);
  addAdminCommands(program, act);
  addDoctorCommand(program, act);
  addNotHere(program);
  addCompletionCommands(program, text => world.out.write(text));
  return program;
}
