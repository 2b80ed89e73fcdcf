/** A cluster for all tests of a file, and a store in it for each. */
import { ClusterTest } from './ClusterTest';
import { ClusterUnderTest, TEST_TIMEOUT_MS } from './ClusterUnderTest';

export class ClusterTests {
  cluster!: ClusterUnderTest;
  #test: ClusterTest | undefined;

  /** Called in a `describe`. */
  static use(): ClusterTests {
    const tests = new ClusterTests();
    jest.setTimeout(TEST_TIMEOUT_MS);
    beforeAll(async () => {
      tests.cluster = await ClusterUnderTest.open();
    });
    afterEach(async () => {
      await tests.#test?.stop();
      tests.#test = undefined;
    });
    afterAll(async () => tests.cluster?.close());
    return tests;
  }

  /**
   * The store of a test; it ends with it.
   *
   * @param options.after - another one of the same test, which was stopped
   */
  async start(
    name: string,
    appStore?: object,
    options?: { after: ClusterTest },
  ): Promise<ClusterTest> {
    this.#test = await ClusterTest.start(this.cluster, name, appStore, options);
    return this.#test;
  }
}
