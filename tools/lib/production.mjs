// `npm run production`: the portal with app-config.production.yaml, in the foreground.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readSettings } from './settings.mjs';
import { buildWebApp } from './start.mjs';
import { ROOT } from './toolchain.mjs';

/** See the module's comment. Further `--config FILE` are added to the two. */
export async function production(args, toolchain) {
  const tools = await toolchain();
  await buildWebApp(tools, readSettings([]));
  const child = spawn(
    tools.node,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/index.ts',
      '--config',
      join(ROOT, 'app-config.yaml'),
      '--config',
      join(ROOT, 'app-config.production.yaml'),
      ...args,
    ],
    {
      cwd: join(ROOT, 'packages/backend'),
      env: { ...tools.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return code ?? 0;
}
