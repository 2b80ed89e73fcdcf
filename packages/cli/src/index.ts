/**
 * The `app-store` command.
 *
 * @packageDocumentation
 */
import { CommanderError } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './Context';
import { EXIT, tell } from './errors';
import { Interrupts } from './Interrupts';
import { Output, plain } from './output';
import { createProgram } from './program';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

const interrupts = new Interrupts({ exit: code => process.exit(code) });

/** Listens to what ends the process. */
function listenToTheEnd(): void {
  for (const [signal, code] of Object.entries(SIGNALS))
    process.on(signal, () => interrupts.signal(code));
  // Whoever reads has read enough: `app-store app list | head -1`.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // Each further line fails, too, while is cleaned up.
      if (!interrupts.tell() && !interrupts.told) process.exit(EXIT.ok);
    });
}

function realWorld(): World {
  listenToTheEnd();
  return {
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    cwd: process.env.APP_STORE_CWD ?? process.cwd(),
    stdin: process.stdin,
    canAsk: Boolean(process.stdin.isTTY && process.stdout.isTTY),
    async confirm(question) {
      const { confirm } = await import('@inquirer/prompts');
      return confirm({ message: question, default: false });
    },
    async ask(question, suggestion) {
      const { input } = await import('@inquirer/prompts');
      return input({ message: question, default: suggestion });
    },
    async browse(url) {
      const { default: open } = await import('open');
      await open(url);
    },
    sleep: milliseconds => sleep(milliseconds),
    onInterrupt: listener => interrupts.on(listener),
    fetch,
  };
}

/**
 * Runs the command.
 *
 * @param typed - without the program's name
 * @returns the exit code: see {@link EXIT}
 */
export async function main(
  typed: string[],
  world: World = realWorld(),
): Promise<number> {
  let code: number = EXIT.ok;
  // The one long option with a single dash that scripts know (specification 8).
  const args = typed.map(word => (word === '-wide' ? '--wide' : word));
  const output = new Output({
    out: world.out,
    err: world.err,
    json: args.includes('--json'),
    env: world.env,
  });
  const program = createProgram(world, output, result => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Help and version were printed.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (error instanceof CommanderError && error.code === 'commander.help')
      return EXIT.usage;
    const told = tell(error);
    if (world.env.APP_STORE_DEBUG)
      world.err.write(`${plain(String((error as Error).stack ?? error))}\n`);
    const issues = (error as { issues?: typeof told.issues }).issues;
    output.failure(issues?.length ? { ...told, issues } : told);
    return told.exitCode;
  }
}

export { EXIT } from './errors';
export type { World } from './Context';
