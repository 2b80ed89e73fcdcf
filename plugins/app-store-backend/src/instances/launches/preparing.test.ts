/** What is shown of an app while it is prepared. */
import { bundle } from '../../__testUtils__/StoreUnderTest';
import { isWell } from '../../cluster/__testUtils__/ClusterTest';
import { ClusterTests } from '../../cluster/__testUtils__/ClusterTests';

describe('15: a launch that installs for some seconds', () => {
  const tests = ClusterTests.use();
  it('15: is said to install what the app depends on while it does, and how long that took afterwards', async () => {
    const t = await tests.start('preparing');
    const { body } = await t.store.importApp(
      'dev',
      await bundle({
        name: 'slow',
        files: {
          'package.json': Buffer.from(
            '{"name":"slow","version":"1.0.0","dependencies":{"wait":"file:./wait"}}',
          ),
          'wait/package.json': Buffer.from(
            '{"name":"wait","version":"1.0.0","scripts":{"install":"sleep 2"}}',
          ),
        },
      }),
    );
    const id = await t.run(body.app.id);
    await t.until(id, now => now.stage === 'dependencies');
    await t.until(id, isWell);
    const { stages } = await t.store.get(`/instances/${id}`, 'uma');
    expect(
      Date.parse(stages.starting) - Date.parse(stages.dependencies),
    ).toBeGreaterThan(1500);
    const receipt = await t.store.get(`/instances/${id}/launch`, 'uma');
    const step = (name: string) =>
      receipt.steps.find((each: { step: string }) => each.step === name);
    const { fromMs, toMs } = step('dependencies');
    expect(toMs - fromMs).toBeGreaterThan(1500);
    expect(step('bundle').toMs).toBe(fromMs);
  });
});
