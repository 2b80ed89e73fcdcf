/** A local cluster in a process: prints the path of its kubeconfig, and ends with SIGTERM. */
import { startLocalCluster } from '@ai-app-store/local-cluster';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2]);
  const cluster = await startLocalCluster(options);
  const path = join(options.directory, 'kubeconfig');
  writeFileSync(path, cluster.kubeconfig, { mode: 0o600 });
  process.once('SIGTERM', async () => {
    await cluster.stop(200);
    process.exit(0);
  });
  process.stdout.write(`${path}\n`);
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
