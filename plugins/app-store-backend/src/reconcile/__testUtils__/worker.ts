/**
 * A backend's worker as a process of its own, which can be told to stand still (SIGSTOP, by itself)
 * before any of the calls that it makes to the cluster or to its lease. Talks over IPC.
 */
import { mockServices } from '@backstage/backend-test-utils';
import { KubeConfig } from '@kubernetes/client-node';
import knexFactory from 'knex';
import { InstanceQueue } from '../InstanceQueue';
import { KubeApi } from '../../kubernetes/client/KubeApi';
import { NEVER_HELD } from '../../epoch/__testUtils__/neverHeld';
import { InstanceCluster } from '../../kubernetes/InstanceCluster';
import { InstanceProcessor } from '../InstanceProcessor';

/** What a worker is started with. */
export interface WorkerOptions {
  connection: string | object;
  searchPath?: string[];
  kubeconfig: string;
  namespace: string;
  installation: string;
  leaseMs: number;
  /** Looks by itself, as a backend does; when it is told to otherwise. */
  byItself?: boolean;
}

/** What it is told, and what it tells. */
export type Order = { process: string; stopBefore?: number };
export type Report =
  | { ready: true }
  | { stopping: string }
  | { done: true; steps: string[] };

/** As often as a backend looks for what is due. */
const CLAIM_MS = 2500;

const STEPS = new Set([
  'get',
  'create',
  'apply',
  'ownByApply',
  'delete',
  'holds',
  'observe',
  'remove',
  'release',
]);

const tell = (report: Report) =>
  new Promise<void>(resolve => process.send!(report, () => resolve()));

async function main(options: WorkerOptions): Promise<void> {
  const steps: string[] = [];
  let stopBefore: number | undefined;
  /** The same object, which stands still before the call that it was told to. */
  const stopping = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        if (!STEPS.has(String(name))) return value.bind(object);
        return async (...args: unknown[]) => {
          steps.push(String(name));
          if (steps.length === stopBefore) {
            await tell({ stopping: String(name) });
            process.kill(process.pid, 'SIGSTOP');
          }
          return value.apply(object, args);
        };
      },
    });
  const knex = knexFactory({
    client: 'pg',
    connection: options.connection,
    searchPath: options.searchPath,
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(options.kubeconfig);
  const logger = mockServices.rootLogger({ level: 'none' });
  const processor = new InstanceProcessor({
    queue: stopping(new InstanceQueue(knex)),
    epoch: NEVER_HELD,
    logger,
    leaseMs: options.leaseMs,
  });
  const cluster = new InstanceCluster({
    api: stopping(KubeApi.create(kubeConfig)),
    namespace: options.namespace,
    installation: options.installation,
    logger,
    onChange: id => options.byItself && processor.wake(id),
  });
  await cluster.ensureNamespace();
  cluster.start();
  await cluster.whenListed();
  processor.start(cluster);
  if (options.byItself)
    setInterval(() => {
      processor.claimDue().catch(error => logger.warn(error.message));
    }, CLAIM_MS);
  else await processor.stop();
  process.on('message', async (order: Order) => {
    steps.length = 0;
    stopBefore = order.stopBefore;
    await processor.process(order.process);
    await tell({ done: true, steps });
  });
  process.on('disconnect', () => process.exit());
  await tell({ ready: true });
}

main(JSON.parse(process.argv[2])).catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
