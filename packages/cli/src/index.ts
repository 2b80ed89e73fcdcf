/**
 * The `app-store` command.
 *
 * @packageDocumentation
 */
import { CommanderError } from 'commander';
import type { World } from './Context';
import { EXIT, tell } from './errors';
import { Output } from './output';
import { createProgram } from './program';

/** Calls back at the first Ctrl-C; a second one ends the process as ever. */
function onInterrupt(listener: () => void): () => void {
  const once = () => listener();
  process.once('SIGINT', once);
  process.once('SIGTERM', once);
  return () => {
    process.off('SIGINT', once);
    process.off('SIGTERM', once);
  };
}

function realWorld(): World {
  // Whoever reads has read enough: `app-store app list | head -1`.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(EXIT.ok);
    });
  return {
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    cwd: process.env.APP_STORE_CWD ?? process.cwd(),
    canAsk: Boolean(process.stdin.isTTY && process.stdout.isTTY),
    onInterrupt,
    fetch,
  };
}

/**
 * Runs the command.
 *
 * @param args - without the program's name
 * @returns the exit code: see {@link EXIT}
 */
export async function main(
  args: string[],
  world: World = realWorld(),
): Promise<number> {
  let code: number = EXIT.ok;
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
    if (!told) {
      world.err.write(`${(error as Error).stack ?? error}\n`);
      return EXIT.refused;
    }
    const issues = (error as { issues?: typeof told.issues }).issues;
    output.failure(issues?.length ? { ...told, issues } : told);
    return told.exitCode;
  }
}

export { EXIT } from './errors';
export type { World } from './Context';
