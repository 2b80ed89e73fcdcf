/** The local cluster on its own: `npm run local-cluster`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readFaults } from './faults/readFaults';
import { readStages } from './hollow/stages';
import { SERVES_PARENT } from './process/messages';
import { serveParent } from './process/serveParent';
import { startLocalCluster } from './startLocalCluster';

const HELP = `npm run local-cluster [-- options]

  --data DIR         where state is kept (default .data/cluster)
  --port PORT        the port of the API (default: a free one)
  --kubeconfig FILE  where to write the kubeconfig (default <data>/kubeconfig)
  --faults FILE      what goes wrong from the start, as YAML: a list of faults
  --hollow-nodes N   so many hollow nodes: their pods are objects, nothing runs
  --stages FILE      the life of pods on hollow nodes, as YAML: a stage per document
  --no-pods          no node that runs pods
  --help             this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '.data/cluster' },
      port: { type: 'string' },
      kubeconfig: { type: 'string' },
      faults: { type: 'string' },
      'hollow-nodes': { type: 'string' },
      stages: { type: 'string' },
      'no-pods': { type: 'boolean' },
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
  const hollow = Number(values['hollow-nodes'] ?? 0);
  if (!Number.isInteger(hollow) || hollow < 0)
    throw new Error(
      `--hollow-nodes must be a number, not ${JSON.stringify(
        values['hollow-nodes'],
      )}`,
    );
  const from = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);
  const directory = from(values.data!);
  const node = {
    source: dirname(dirname(process.execPath)),
    target: '/opt/node',
  };
  const cluster = await startLocalCluster({
    directory,
    port,
    images: { 'local/node': { mounts: [node], path: ['/opt/node/bin'] } },
    logger: console,
    pods: !values['no-pods'],
    hollowNodes: hollow
      ? {
          count: hollow,
          stages: values.stages
            ? readStages(readFileSync(from(values.stages), 'utf8'))
            : undefined,
        }
      : undefined,
    faults: values.faults
      ? readFaults(readFileSync(from(values.faults), 'utf8'))
      : undefined,
  });
  const kubeconfig = from(values.kubeconfig ?? join(directory, 'kubeconfig'));
  mkdirSync(dirname(kubeconfig), { recursive: true });
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  console.log(`Local cluster at ${cluster.address}: ${cluster.description}.`);
  console.log('For development only: apps run as processes of this user.');
  console.log('Memory limits are looked at twice a second.');
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

if (process.argv.includes(SERVES_PARENT)) serveParent();
else
  main().catch(error => {
    console.error(`The local cluster did not start: ${error.message}`);
    process.exit(1);
  });
