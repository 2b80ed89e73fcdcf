import type { Json, KubeObject } from '../types';
import { untilDeadline } from './deploymentStatus';

const now = new Date('2026-12-01T12:00:00Z');
const deployment = (condition: Json) =>
  ({
    spec: { progressDeadlineSeconds: 600 },
    status: {
      conditions: [
        { type: 'Progressing', reason: 'ReplicaSetUpdated', ...condition },
      ],
    },
  } as unknown as KubeObject);

describe('untilDeadline', () => {
  it.each([
    [{ lastUpdateTime: '2026-12-01T11:59:00Z' }, 540_000],
    [{ lastTransitionTime: '2026-12-01T11:58:00Z' }, 480_000],
    [{}, undefined],
    [{ lastUpdateTime: '2024-99-99T00:00:00Z' }, undefined],
    [
      {
        lastUpdateTime: '2024-99-99T00:00:00Z',
        lastTransitionTime: '2026-12-01T12:00:00Z',
      },
      600_000,
    ],
  ])('14: of a condition with %j is %p', (condition, left) => {
    expect(untilDeadline(deployment(condition), now)).toBe(left);
  });
});
