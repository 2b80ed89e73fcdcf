// `npm run production`: the portal with app-config.production.yaml, in the foreground.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { describeMissing, missingSettings } from './missingSettings.mjs';
import { readSettings } from './settings.mjs';
import { buildWebApp } from './start.mjs';
import { ROOT } from './toolchain.mjs';
import { Sentence } from './words.mjs';

const CONFIG_FILES = ['app-config.yaml', 'app-config.production.yaml'];

/** See the module's comment. Further `--config FILE` are added to the two. */
export async function production(args, toolchain) {
  const tools = await toolchain();
  const files = CONFIG_FILES.map(file => join(ROOT, file));
  const own = args.flatMap((word, i) =>
    word === '--config' ? [resolve(args[i + 1] ?? '')] : [],
  );
  const missing = missingSettings([...files, ...own], process.env);
  if (missing.size) throw new Sentence(describeMissing(missing));
  await buildWebApp(tools, readSettings([]));
  const child = spawn(
    tools.node,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/index.ts',
      ...[...files, ...own].flatMap(file => ['--config', file]),
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
