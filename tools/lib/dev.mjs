// `npm run dev`: the portal with hot reload, for those who work on it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  CONFIG_FILES,
  configEnvironment,
  prepareData,
  readSettings,
} from './settings.mjs';
import { ROOT } from './toolchain.mjs';
import { join } from 'node:path';

export async function dev(args, toolchain) {
  const settings = readSettings(args);
  prepareData(settings);
  const tools = await toolchain();
  const env = {
    ...tools.env,
    ...configEnvironment(settings, await tools.registry()),
  };
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
