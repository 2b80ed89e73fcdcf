import { mockServices } from '@backstage/backend-test-utils';
import { contentVolumesCheck } from '../doctor/checks/contentVolumes';
import { ContentVolumes } from './ContentVolumes';
import { KubeError } from './client/KubeError';

const clock = { now: 0 };

/** A cluster that answers one after the other. */
function volumesOf(...answers: Array<object | Error>) {
  const logger = mockServices.logger.mock();
  const json = jest.fn();
  for (const answer of answers)
    if (answer instanceof Error) json.mockRejectedValueOnce(answer);
    else json.mockResolvedValueOnce(answer);
  return {
    json,
    logger,
    volumes: new ContentVolumes({
      api: { json: json as never },
      namespace: 'apps',
      image: 'runtime:1',
      logger,
      now: () => clock.now,
    }),
  };
}

const deployment = (volume: object) => ({
  spec: { template: { spec: { volumes: [{ name: 'app', ...volume }] } } },
});
const TAKEN = deployment({ image: { reference: 'none.invalid/none' } });
const refusal = (code: number, message: string) =>
  Object.assign(KubeError.unreachable(message), { code });

describe('15: whether a cluster takes volumes made of images', () => {
  it('is asked with what is never made, and not known before', async () => {
    const { volumes, json, logger } = volumesOf(TAKEN);
    expect(volumes.accepted).toBe(false);
    expect(await volumes.look()).toEqual({ accepted: true });
    expect(volumes.accepted).toBe(true);
    expect(json).toHaveBeenCalledWith(
      '/apis/apps/v1/namespaces/apps/deployments',
      expect.objectContaining({
        method: 'POST',
        query: expect.objectContaining({ dryRun: 'All' }),
      }),
    );
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it.each([
    ['drops the field', deployment({ emptyDir: {} }), /drops the field/],
    ['refuses such pods', refusal(403, 'denied by a policy'), /policy/],
    [
      'refuses what is left',
      refusal(422, 'must specify a volume type'),
      /must specify a volume type/,
    ],
  ])('does not where the API %s: said once', async (_, answer, message) => {
    const { volumes, logger } = volumesOf(answer, answer);
    await volumes.look();
    expect(await contentVolumesCheck(volumes).look()).toMatchObject({
      state: 'WARNING',
      evidence: [{ message: expect.stringMatching(message) }],
    });
    expect(volumes.accepted).toBe(false);
    expect(logger.warn.mock.calls).toEqual([[expect.stringMatching(message)]]);
  });

  it('is asked once an hour, and soon again where it is not known', async () => {
    const { volumes, json } = volumesOf(refusal(503, 'busy'), TAKEN, TAKEN);
    await expect(volumes.lookIfOld()).rejects.toThrow(
      'whether the cluster takes volumes made of images is not known: the Kubernetes API cannot be reached: busy',
    );
    await volumes.lookIfOld();
    clock.now += 3_599_999;
    await volumes.lookIfOld();
    expect(json).toHaveBeenCalledTimes(2);
    clock.now += 1;
    await volumes.lookIfOld();
    expect(json).toHaveBeenCalledTimes(3);
  });

  it('stays known while the API does not say', async () => {
    const { volumes } = volumesOf(TAKEN, refusal(503, 'busy'), TAKEN);
    await volumes.look();
    await expect(volumes.look()).rejects.toThrow('busy');
    expect(volumes.accepted).toBe(true);
    expect(await contentVolumesCheck(volumes).look()).toMatchObject({
      state: 'OK',
    });
  });
});
