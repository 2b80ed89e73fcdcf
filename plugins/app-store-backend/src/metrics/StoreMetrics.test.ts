import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import { DefaultStoreMetrics } from './StoreMetrics';

/** What is told, as `name{labels} value`. */
function collect() {
  const told: string[] = [];
  const reads: Array<() => Promise<void>> = [];
  const line = (name: string, value: number, labels: object = {}) =>
    told.push(`${name}${JSON.stringify(labels)} ${value}`);
  const service = {
    createHistogram: (name: string) => ({
      record: (value: number, labels?: object) => line(name, value, labels),
    }),
    createCounter: (name: string) => ({
      add: (value: number, labels?: object) => line(name, value, labels),
    }),
    createObservableGauge: (name: string) => ({
      addCallback: (
        read: (result: {
          observe(value: number, labels?: object): void;
        }) => Promise<void>,
      ) =>
        reads.push(() =>
          read({
            observe: (value, labels) => void line(name, value, labels),
          }),
        ),
    }),
  } as unknown as MetricsService;
  const metrics = DefaultStoreMetrics.create({ service });
  const atFirst = told.splice(0);
  return {
    told,
    atFirst,
    metrics,
    read: async () => {
      for (const each of reads) await each();
    },
  };
}

describe('15: metrics', () => {
  it('tell of launches, repairs, refusals and requests, with labels of ours alone', () => {
    const { told, metrics } = collect();
    metrics.launched({ queued: 10, applied: 30, routed: 130 });
    metrics.answered(250);
    metrics.repaired(['Service', 'Deployment']);
    metrics.refused('QUOTA_EXCEEDED');
    metrics.moved('Ready');
    metrics.requested('patch', 409);
    metrics.requested('watch', 0);
    expect(told).toEqual([
      'app_store.launch.step.duration{"step":"queued"} 0.01',
      'app_store.launch.step.duration{"step":"applied"} 0.02',
      'app_store.launch.step.duration{"step":"routed"} 0.1',
      'app_store.launch.duration{} 0.13',
      'app_store.launch.step.duration{"step":"firstByte"} 0.25',
      'app_store.drift.repairs{"kind":"Service"} 1',
      'app_store.drift.repairs{"kind":"Deployment"} 1',
      'app_store.admissions.refused{"reason":"QUOTA_EXCEEDED"} 1',
      'app_store.instances.transitions{"transition":"Ready"} 1',
      'app_store.kubernetes.requests{"verb":"patch","code":"4xx"} 1',
      'app_store.kubernetes.requests{"verb":"watch","code":"none"} 1',
    ]);
  });

  it('are 0 for what never happened', () => {
    const { atFirst } = collect();
    expect(atFirst).toContain('app_store.drift.repairs{"kind":"Service"} 0');
    expect(atFirst).toContain(
      'app_store.admissions.refused{"reason":"POD_SECURITY"} 0',
    );
    expect(atFirst.every(line => line.endsWith(' 0'))).toBe(true);
  });

  it('are read when they are collected, and absent where they cannot be', async () => {
    const { told, metrics, read } = collect();
    let isAway = false;
    metrics.observe({
      backlog: async () => {
        if (isAway) throw new Error('no database');
        return { due: 3, oldestAt: undefined };
      },
      answeredAt: () => Date.now() + 1000,
      synced: () => true,
      checks: () => new Map([['drift', 'FAILED']]),
    });
    await read();
    expect(told).toEqual([
      'app_store.doctor.check{"check":"drift"} 2',
      'app_store.queue.depth{} 3',
      'app_store.queue.oldest.age{} 0',
      'app_store.watch.age{} 0',
      'app_store.watch.synced{} 1',
    ]);
    isAway = true;
    told.length = 0;
    await read();
    expect(told).toEqual([
      'app_store.doctor.check{"check":"drift"} 2',
      'app_store.watch.age{} 0',
      'app_store.watch.synced{} 1',
    ]);
  });
});
