// `npm run local-cluster`: the Kubernetes API without the portal.
/** @import { Toolchain } from './types' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildBackend, LOCAL_CLUSTER_PROGRAM } from './build.mjs';
import { ROOT } from './run.mjs';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function localCluster(args, toolchain) {
  const tools = await toolchain('portal');
  await buildBackend(tools);
  const child = spawn(tools.node, [...LOCAL_CLUSTER_PROGRAM, ...args], {
    cwd: join(ROOT, 'packages/local-cluster'),
    env: { ...tools.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  const [code] = await once(child, 'exit');
  return code ?? 0;
}
