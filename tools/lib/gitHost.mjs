// `npm run git-host`: a Git server for the example repository.
/** @import { Toolchain } from './types' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function gitHost(args, toolchain) {
  const tools = await toolchain('portal');
  const child = spawn(
    tools.node,
    [
      // Without a build: Node.js leaves out the types by itself.
      '--no-warnings',
      join(ROOT, 'packages/git-host/src/main.mjs'),
      ...args,
    ],
    { cwd: ROOT, env: tools.env, stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  const [code] = await once(child, 'exit');
  return code ?? 0;
}
