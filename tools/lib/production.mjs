// `npm run production`: the portal with app-config.production.yaml, in the foreground.
/** @import { Toolchain } from './types' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { buildPortal, PORTAL_PROGRAM } from './build.mjs';
import { describeMissing, missingSettings } from './missingSettings.mjs';
import { ROOT } from './run.mjs';
import { Sentence } from './words.mjs';

const CONFIG_FILES = ['app-config.yaml', 'app-config.production.yaml'];

/**
 * `npm run production`: starts the portal with the two files of configuration. Further `--config FILE` are added to the two.
 *
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function production(args, toolchain) {
  const tools = await toolchain('portal');
  const files = CONFIG_FILES.map(file => join(ROOT, file));
  const own = args.flatMap((word, i) =>
    word === '--config' ? [resolve(args[i + 1] ?? '')] : [],
  );
  const missing = missingSettings([...files, ...own], process.env);
  if (missing.size) throw new Sentence(describeMissing(missing));
  await buildPortal(tools);
  const child = spawn(
    tools.node,
    [
      ...PORTAL_PROGRAM,
      ...[...files, ...own].flatMap(file => ['--config', file]),
    ],
    {
      cwd: join(ROOT, 'packages/backend'),
      env: { ...tools.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return code ?? 0;
}
