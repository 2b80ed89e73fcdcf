/** The processors of a store, without a portal, and the moments of what they do. */
import type { KubeConfig } from '@kubernetes/client-node';
import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsRepository } from '../../../plugins/app-store-backend/src/database/SettingsRepository';
import { Epoch } from '../../../plugins/app-store-backend/src/epoch/Epoch';
import { ClusterMark } from '../../../plugins/app-store-backend/src/epoch/EpochMark';
import { InstanceTransitions } from '../../../plugins/app-store-backend/src/instances/InstanceTransitions';
import { KubeApi } from '../../../plugins/app-store-backend/src/kubernetes/client/KubeApi';
import { InstanceCluster } from '../../../plugins/app-store-backend/src/kubernetes/InstanceCluster';
import { buildInstanceObjects } from '../../../plugins/app-store-backend/src/kubernetes/manifests/instanceObjects';
import { InstanceProcessor } from '../../../plugins/app-store-backend/src/reconcile/InstanceProcessor';
import { InstanceQueue } from '../../../plugins/app-store-backend/src/reconcile/InstanceQueue';
import {
  instanceInput,
  instanceRecord,
} from '../../../plugins/app-store-backend/src/__testUtils__/fixtures';
import type { Knex } from 'knex';

const INSTALLATION = 'bench';
/** Of its instances. */
export const NAMESPACE = 'apps';

/** One store's processors. */
export class Driver {
  readonly #o: { knex: Knex; config: KubeConfig; appId: string };
  readonly api: KubeApi;
  readonly cluster: InstanceCluster;
  readonly #processor: InstanceProcessor;
  readonly #epoch: Epoch;
  readonly #transitions: InstanceTransitions;
  readonly claimedAt = new Map<string, number>();
  readonly deployedAt = new Map<string, number>();
  readonly insertedAt = new Map<string, number>();
  #tick: NodeJS.Timeout | undefined;

  constructor(options: { knex: Knex; config: KubeConfig; appId: string }) {
    this.#o = options;
    const logger = mockServices.rootLogger({ level: 'none' });
    const queue = new InstanceQueue(options.knex);
    const { claimedAt, deployedAt } = this;
    this.api = KubeApi.create(options.config);
    this.#epoch = Epoch.create({
      settings: new SettingsRepository(options.knex),
      marks: {
        cluster: ClusterMark.create({
          api: this.api,
          namespace: NAMESPACE,
          installation: INSTALLATION,
        }),
        // No bundle is made here.
        bundles: { read: async () => undefined, raise: async () => true },
      },
      logger,
    });
    this.#processor = new InstanceProcessor({
      queue: new Proxy(queue, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          if (name === 'claim' || name === 'claimDue')
            return async (...args: unknown[]) => {
              const claims = await value.apply(target, args);
              const now = performance.now();
              for (const { record } of claims)
                if (!claimedAt.has(record.id)) claimedAt.set(record.id, now);
              return claims;
            };
          if (name === 'observe')
            return async (...args: any[]) => {
              const done = await value.apply(target, args);
              if (args[2].status === 'DEPLOYED')
                deployedAt.set(args[0].id, performance.now());
              return done;
            };
          return value.bind(target);
        },
      }),
      epoch: this.#epoch,
      logger,
    });
    this.cluster = new InstanceCluster({
      api: this.api,
      namespace: NAMESPACE,
      installation: INSTALLATION,
      logger,
      onChange: id => this.#processor.wake(id),
    });
    this.#transitions = new InstanceTransitions(options.knex);
  }

  async start(): Promise<void> {
    await this.cluster.ensureNamespace();
    await this.#epoch.check('cluster');
    this.cluster.start();
    await this.cluster.whenListed();
  }

  work(): void {
    this.#processor.start(this.cluster);
    this.#tick = setInterval(() => {
      this.#processor.claimDue().catch(() => {});
    }, 2500);
  }

  async launch(): Promise<string> {
    const record = instanceRecord(this.#o.appId, {
      ownerRef: `user:default/u${this.insertedAt.size}`,
      stages: { accepted: new Date().toISOString() },
    });
    const objects = buildInstanceObjects(
      instanceInput({
        instanceId: record.id,
        appId: this.#o.appId,
        installation: INSTALLATION,
        namespace: NAMESPACE,
        scheduling: {
          tolerations: [{ key: 'local-cluster/hollow', operator: 'Exists' }],
        },
        sizes: { memoryLimit: '1Mi', memoryReservation: '1Mi', gpuCount: 0 },
      }),
    );
    this.insertedAt.set(record.id, performance.now());
    await this.#transitions.insert({ ...record, objects }, 10);
    this.#processor.wake(record.id, false);
    return record.id;
  }

  async deployed(ids: string[]): Promise<void> {
    while (ids.some(id => !this.deployedAt.has(id))) await sleep(2);
  }

  async stop(): Promise<void> {
    clearInterval(this.#tick);
    this.cluster.stop();
    await this.#processor.stop();
    this.#epoch.stop();
    this.api.close();
  }
}
