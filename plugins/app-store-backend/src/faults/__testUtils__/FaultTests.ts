/** A cluster that fails, for all tests of a file, and for each of them a store on PostgreSQL with an app. */
import {
  ClusterTest,
  isWell,
  type Seen,
} from '../../cluster/__testUtils__/ClusterTest';
import { ClusterUnderTest } from '../../cluster/__testUtils__/ClusterUnderTest';
import { FaultCluster } from './FaultCluster';

export const DATABASE = 'POSTGRES_17';

export class FaultTests {
  faults!: FaultCluster;
  cluster!: ClusterUnderTest;
  t!: ClusterTest;
  /** Id of an app that listens. */
  app!: string;

  /** Called in a `describe`. */
  static use(): FaultTests {
    const tests = new FaultTests();
    beforeAll(async () => {
      tests.cluster = await ClusterUnderTest.open({
        kubeconfig: async port => {
          tests.faults = await FaultCluster.start(port);
          return tests.faults.kubeconfig;
        },
      });
    });
    afterAll(async () => {
      await tests.cluster?.close();
      await tests.faults?.stop();
    });
    beforeEach(async () => {
      tests.t = await tests.store('faults');
      tests.app = await tests.t.publish({ name: 'app' });
    });
    afterEach(async () => {
      tests.faults.goOn();
      await tests.faults.fail();
      await tests.t.stop();
    });
    return tests;
  }

  /**
   * A store of its own.
   *
   * @param after - of a store that was stopped, and goes on with this one
   */
  store(
    name: string,
    appStore: object = {},
    after?: ClusterTest,
  ): Promise<ClusterTest> {
    return ClusterTest.start(this.cluster, name, appStore, {
      database: DATABASE,
      after,
    });
  }

  /** An instance that runs. */
  async running(): Promise<string> {
    const id = await this.t.run(this.app);
    await this.t.until(id, isWell);
    return id;
  }

  /** Milliseconds from now until an instance is so. */
  async took(
    id: string,
    what: (seen: Seen) => boolean,
    limitMs = 120_000,
  ): Promise<number> {
    return (await this.t.until(id, what, limitMs)).ms;
  }
}
