import { KubeConfig } from '@kubernetes/client-node';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A cluster of hollow nodes in a process of its own. */
export async function hollowCluster(directory: string, nodes: number) {
  const child = spawn(
    process.execPath,
    [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      join(
        __dirname,
        '../../../plugins/app-store-backend/src/faults/__testUtils__/cluster.ts',
      ),
      JSON.stringify({
        directory,
        pods: false,
        hollowNodes: { count: nodes },
      }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [path] = await new Promise<string[]>(resolve =>
    createInterface({ input: child.stdout }).once('line', line =>
      resolve([line]),
    ),
  );
  const config = new KubeConfig();
  config.loadFromString(readFileSync(path, 'utf8'));
  return { config, stop: () => child.kill('SIGTERM') };
}
