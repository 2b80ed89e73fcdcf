/** Instances of one app with a volume and a file, and what people ask of them, in the database alone. */
import type { Knex } from 'knex';
import { AppRepository } from '../../apps/AppRepository';
import { launch, suspension } from '../../instances/instanceChanges';
import { InstanceRepository } from '../../instances/InstanceRepository';
import type { InstanceRecord } from '../../instances/instanceRows';
import { InstanceTransitions } from '../../instances/InstanceTransitions';
import type { InstanceInput } from '../../kubernetes/manifests/InstanceInput';
import { buildInstanceObjects } from '../../kubernetes/manifests/instanceObjects';
import { Policy } from '../../policy';
import {
  appRecord,
  instanceInput,
  instanceRecord,
  manifestOf,
} from '../../__testUtils__/fixtures';
import type { WorkerOptions } from './worker';

const SLOTS = 1000;
const MANIFEST = manifestOf(`
[App]
Name = "volume"
Version = "1.0.0"
[Runtime]
AppMode = "node"
Module = "server.js"
VolumeMount = "/data"
VolumeSize = "1Gi"
[[File]]
Path = "conf/x.txt"
Value = "text"
`);
const uma = () => ({
  actorRef: 'user:default/uma',
  at: new Date().toISOString(),
});

/** Their rows. */
export class InstancesUnderTest {
  readonly #knex: Knex;
  readonly #installation: string;
  readonly #appId: string;
  readonly #scheduling: InstanceInput['scheduling'] | undefined;
  readonly #transitions: InstanceTransitions;
  readonly #instances: InstanceRepository;

  /**
   * @param knex - migrated
   * @param scheduling - of their pods
   */
  static async create(
    knex: Knex,
    installation: string,
    scheduling?: InstanceInput['scheduling'],
  ): Promise<InstancesUnderTest> {
    const app = appRecord({ manifest: MANIFEST });
    await new AppRepository(knex).insert(app, { tagIds: [] });
    return new InstancesUnderTest(knex, installation, app.id, scheduling);
  }

  private constructor(
    knex: Knex,
    installation: string,
    appId: string,
    scheduling?: InstanceInput['scheduling'],
  ) {
    this.#scheduling = scheduling;
    this.#knex = knex;
    this.#installation = installation;
    this.#appId = appId;
    this.#transitions = new InstanceTransitions(knex);
    this.#instances = new InstanceRepository(
      knex,
      Policy.create({ settings: { publicMode: false, downloads: true } }),
    );
  }

  /** What a worker on them is started with. */
  worker(kubeconfig: string, leaseMs: number): WorkerOptions {
    const { connection, searchPath } = this.#knex.client.config;
    return {
      connection,
      searchPath,
      kubeconfig,
      namespace: 'apps',
      installation: this.#installation,
      leaseMs,
    };
  }

  /** Undefined once it is gone. */
  find(id: string): Promise<InstanceRecord | undefined> {
    return this.#instances.get(id);
  }

  async get(id: string): Promise<InstanceRecord> {
    return (await this.find(id))!;
  }

  /** The time of a lease goes by. */
  async endLease(id: string): Promise<void> {
    await this.#knex('instances').where({ id }).update({ lease_until: 1 });
  }

  async run(): Promise<string> {
    const record = instanceRecord(this.#appId);
    const objects = buildInstanceObjects(
      instanceInput({
        instanceId: record.id,
        appId: this.#appId,
        installation: this.#installation,
        manifest: MANIFEST,
        ...(this.#scheduling ? { scheduling: this.#scheduling } : {}),
      }),
    );
    await this.#transitions.insert({ ...record, objects }, SLOTS);
    return record.id;
  }

  async suspend(id: string): Promise<void> {
    await this.#transitions.change(id, { desired: ['running'] }, suspension());
  }

  async resume(id: string): Promise<void> {
    const record = await this.get(id);
    await this.#transitions.resume(id, record.ownerRef, SLOTS, {
      ...launch(record, new Date()),
      desired: 'running',
    });
  }

  async redeploy(id: string): Promise<void> {
    await this.#transitions.change(
      id,
      { desired: ['running'] },
      launch(await this.get(id), new Date()),
    );
  }

  /** @param purgeAfter - its volume stays until then */
  async terminate(id: string, purgeAfter?: string): Promise<void> {
    await this.#transitions.terminate(
      id,
      {
        desired: 'terminated',
        slot: undefined,
        endpoint: undefined,
        purgeAfter,
      },
      uma(),
    );
  }

  async restore(id: string): Promise<void> {
    await this.#transitions.restore(
      id,
      { ...suspension(), purgeAfter: undefined },
      uma(),
    );
  }
}
