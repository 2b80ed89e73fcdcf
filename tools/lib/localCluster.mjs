// `npm run local-cluster`: the Kubernetes API without the portal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './toolchain.mjs';

export async function localCluster(args, toolchain) {
  const tools = await toolchain();
  const child = spawn(
    tools.node,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/main.ts',
      ...args,
    ],
    {
      cwd: join(ROOT, 'packages/local-cluster'),
      env: { ...tools.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
      stdio: 'inherit',
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  const [code] = await once(child, 'exit');
  return code ?? 0;
}
