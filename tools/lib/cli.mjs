// `npm run -s app-store -- …`: the command of the checkout.
/** @import { Toolchain } from './types' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function cli(args, toolchain) {
  const tools = await toolchain('portal');
  const child = spawn(
    tools.node,
    [join(ROOT, 'packages/cli/bin/app-store.js'), ...args],
    {
      cwd: ROOT,
      stdio: 'inherit',
      // npm changes to the root; the person is where INIT_CWD says.
      env: {
        ...tools.env,
        APP_STORE_CWD: process.env.INIT_CWD ?? process.cwd(),
      },
    },
  );
  // A terminal tells the command, too, which cleans up and ends.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  const [code, signal] = await once(child, 'exit');
  return (
    code ??
    128 + (constants.signals[/** @type {NodeJS.Signals} */ (signal)] ?? 0)
  );
}
