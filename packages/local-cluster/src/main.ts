/** The local cluster on its own: `npm run local-cluster`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalCluster } from './LocalCluster';

const HELP = `npm run local-cluster [-- options]

  --data DIR         where state is kept (default .data/cluster)
  --port PORT        the port of the API (default: a free one)
  --kubeconfig FILE  where to write the kubeconfig (default <data>/kubeconfig)
  --help             this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.data/cluster' },
      port: { type: 'string' },
      kubeconfig: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(
      `--port must be a port from 1 to 65535, not ${JSON.stringify(
        values.port,
      )}`,
    );
  const directory = resolve(process.env.INIT_CWD ?? '.', values.data!);
  const node = {
    source: dirname(dirname(process.execPath)),
    target: '/opt/node',
  };
  const cluster = await LocalCluster.start({
    directory,
    port,
    images: { 'local/node': { mounts: [node], path: ['/opt/node/bin'] } },
    logger: console,
  });
  const kubeconfig = resolve(
    process.env.INIT_CWD ?? '.',
    values.kubeconfig ?? join(directory, 'kubeconfig'),
  );
  mkdirSync(dirname(kubeconfig), { recursive: true });
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  console.log(`Local cluster at ${cluster.address}: ${cluster.description}.`);
  console.log('For development only: apps run as processes of this user.');
  console.log(`\n  export KUBECONFIG=${kubeconfig}\n`);
  const stop = () => {
    cluster.stop().then(
      () => process.exit(0),
      error => {
        console.error(error.message);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch(error => {
  console.error(`The local cluster did not start: ${error.message}`);
  process.exit(1);
});
