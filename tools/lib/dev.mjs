// `npm run dev`: the portal with hot reload, for those who work on it.
/** @import { Toolchain } from './types' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { prepareData } from './dataDirectory.mjs';
import { releaseMigrationLocks } from './start.mjs';
import {
  assertFree,
  CONFIG_FILES,
  configEnvironment,
  HELP,
  readSettings,
} from './settings.mjs';
import { ROOT } from './run.mjs';
import { Sentence } from './words.mjs';
import { join } from 'node:path';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function dev(args, toolchain) {
  const settings = readSettings(args);
  if (settings.help) {
    console.log(HELP.replace('npm start', 'npm run dev'));
    return 0;
  }
  await assertFree(settings.port, 'portal', '--port');
  await assertFree(settings.gatewayPort, 'gateway', '--gateway-port');
  await prepareData(settings);
  const tools = await toolchain();
  await releaseMigrationLocks(tools, settings);
  const env = {
    ...tools.env,
    ...configEnvironment(settings, await tools.registry()),
  };
  // The portal offers the command for download.
  const bundled = await tools.yarn(['workspace', 'app', 'command'], {
    collect: true,
  });
  if (bundled.code) throw new Sentence(bundled.output);
  const cli = join(ROOT, 'node_modules/.bin/backstage-cli');
  const configs = [...CONFIG_FILES, join(ROOT, 'app-config.dev.yaml')].flatMap(
    file => ['--config', file],
  );
  const child = spawn(tools.node, [cli, 'repo', 'start', ...configs], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code ?? 0;
}
