/** The child's side: a local cluster that does what the process says that started it, and ends with it. */
import { startLocalCluster, type LocalCluster } from '../startLocalCluster';
import type { Order, Report } from './messages';

function tell(report: Report): void {
  // Nobody is left to hear it where the channel is closed.
  if (process.connected) process.send!(report);
}

/** Serves until it is told to stop, or nobody is left to tell it. */
export function serveParent(): void {
  let cluster: Promise<LocalCluster> | undefined;
  let ending = false;
  const stop = async (graceMs?: number) => {
    if (ending) return;
    ending = true;
    await (await cluster?.catch(() => undefined))?.stop(graceMs);
    process.exit(0);
  };
  const orders = {
    start(order: Extract<Order, { start: unknown }>) {
      const log = (level: 'info' | 'warn' | 'error') => (text: string) =>
        tell({ log: { level, text } });
      cluster = startLocalCluster({
        ...order.start,
        logger: { info: log('info'), warn: log('warn'), error: log('error') },
      });
      cluster.then(
        ({ address, kubeconfig, description }) =>
          tell({ started: { address, kubeconfig, description } }),
        ({ name, message }: Error) => tell({ failed: { name, message } }),
      );
    },
    async setFaults({ setFaults, id }: Extract<Order, { setFaults: unknown }>) {
      try {
        await (await cluster)!.setFaults(setFaults);
        tell({ done: id });
      } catch (error) {
        tell({ done: id, error: (error as Error).message });
      }
    },
  };
  process.on('message', (order: Order) => {
    if ('start' in order) orders.start(order);
    else if ('setFaults' in order) void orders.setFaults(order);
    else void stop(order.stop.graceMs);
  });
  // Apps do not outlast the portal that ran them; it may have been killed.
  process.on('disconnect', () => void stop(0));
  // A terminal's Ctrl-C goes to both: the parent ends what it has begun first.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
}
