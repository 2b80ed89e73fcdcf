import fc from 'fast-check';
import { conditionsOf, type ConditionFacts } from './conditions';

const T0 = new Date('2026-12-02T10:00:00Z');
const T1 = new Date('2026-12-02T11:00:00Z');
const RUNNING: ConditionFacts = {
  desired: 'running',
  status: 'DEPLOYED',
  stage: 'ready',
  problem: undefined,
  notice: undefined,
  launch: 1,
  objectsDigest: 'x',
  applied: '1/1/x',
  attempt: undefined,
};
const problem = (code: string) => ({
  code,
  message: `it is ${code}`,
  owner: 'author' as const,
  remedy: 'mend it',
});
const attempt = (refusal?: { reason?: string; message: string }) => ({
  of: '1/1/x',
  count: 2,
  at: 0,
  retryAt: 1,
  refusal,
});

/** "Applied=True(Applied)" of each. */
const inWords = (facts: Partial<ConditionFacts>) =>
  conditionsOf({ ...RUNNING, ...facts }, undefined, T0)
    .map(({ type, status, reason }) => `${type}=${status}(${reason})`)
    .join(' ');

describe('15: conditions', () => {
  it.each<[string, Partial<ConditionFacts>, string]>([
    [
      'runs',
      {},
      'Applied=True(Applied) Ready=True(Available) Suspended=False(NotSuspended)',
    ],
    [
      'is queued',
      { status: 'PENDING', stage: 'accepted', applied: undefined },
      'Applied=False(Queued) Ready=False(Starting) Suspended=False(NotSuspended)',
    ],
    [
      'waits in a queue of the cluster',
      { status: 'PENDING', notice: 'It is third in the queue.' },
      'Applied=True(Applied) Ready=False(Waiting) Suspended=False(NotSuspended)',
    ],
    [
      'is refused',
      {
        status: 'PENDING',
        attempt: attempt({ reason: 'Forbidden', message: 'quota' }),
        problem: problem('QUOTA_REACHED'),
      },
      'Applied=False(Forbidden) Ready=False(QuotaReached) Suspended=False(NotSuspended)',
    ],
    [
      'has an API that does not answer',
      {
        status: 'UNKNOWN',
        attempt: attempt(),
        problem: problem('CLUSTER_UNREADABLE'),
      },
      'Applied=Unknown(NoAnswer) Ready=Unknown(ClusterUnreadable) Suspended=False(NotSuspended)',
    ],
    [
      'failed',
      { status: 'FAILED', problem: problem('OUT_OF_MEMORY') },
      'Applied=True(Applied) Ready=False(OutOfMemory) Suspended=False(NotSuspended)',
    ],
    [
      'is being suspended',
      { desired: 'suspended', status: 'PENDING', applied: '0/1/x' },
      'Applied=True(Applied) Ready=False(Suspended) Suspended=False(PodEnding)',
    ],
    [
      'is suspended',
      {
        desired: 'suspended',
        status: 'SUSPENDED',
        stage: undefined,
        applied: '0/1/x',
      },
      'Applied=True(Applied) Ready=False(Suspended) Suspended=True(PodEnded)',
    ],
    [
      'is about to be suspended',
      { desired: 'suspended', status: 'PENDING' },
      'Applied=False(OutOfDate) Ready=False(Suspended) Suspended=False(PodEnding)',
    ],
    [
      'was refused as it was before',
      { attempt: { ...attempt({ message: 'no' }), of: '0/1/x' } },
      'Applied=True(Applied) Ready=True(Available) Suspended=False(NotSuspended)',
    ],
    [
      'somebody else wrote to meanwhile',
      { attempt: { ...attempt(), count: 0 } },
      'Applied=True(Applied) Ready=True(Available) Suspended=False(NotSuspended)',
    ],
    [
      'was terminated',
      { desired: 'terminated', applied: 'deleted/1' },
      'Applied=False(Terminated) Ready=False(Terminated) Suspended=False(PodEnding)',
    ],
  ])('of one that %s', (_, facts, expected) =>
    expect(inWords(facts)).toBe(expected),
  );

  it('keep their time as long as their status is the same, whatever the reason', () => {
    const first = conditionsOf(RUNNING, undefined, T0);
    const failed = { ...RUNNING, status: 'FAILED' as const };
    const second = conditionsOf(
      { ...failed, problem: problem('CRASH') },
      first,
      T1,
    );
    expect(second.map(each => each.lastTransitionTime)).toEqual(
      [T0, T1, T0].map(time => time.toISOString()),
    );
    const third = conditionsOf(
      { ...failed, problem: problem('OTHER') },
      second,
      new Date(0),
    );
    expect(third[1]).toMatchObject({
      reason: 'Other',
      lastTransitionTime: T1.toISOString(),
    });
  });

  it('have each type once, and a reason that Kubernetes would take, of whatever facts', () => {
    fc.assert(
      fc.property(
        fc.record({
          desired: fc.constantFrom(
            'running' as const,
            'suspended' as const,
            'terminated' as const,
            'released' as const,
          ),
          status: fc.constantFrom(
            'UNKNOWN' as const,
            'PENDING' as const,
            'DEPLOYED' as const,
            'FAILED' as const,
            'SUSPENDED' as const,
          ),
          problem: fc.option(
            fc.constantFrom('A_B', 'CRASH_LOOP_2', 'X').map(problem),
            { nil: undefined },
          ),
          attempt: fc.option(
            fc.constantFrom(attempt(), attempt({ message: 'no' })),
            { nil: undefined },
          ),
        }),
        facts => {
          const all = conditionsOf({ ...RUNNING, ...facts }, undefined, T0);
          expect(all.map(({ type }) => type)).toEqual([
            'Applied',
            'Ready',
            'Suspended',
          ]);
          for (const { reason, message } of all) {
            expect(reason).toMatch(/^[A-Z][A-Za-z0-9]*$/);
            expect(message).not.toBe('');
          }
          // Nothing is ready that is suspended.
          expect(all[1].status === 'True' && all[2].status === 'True').toBe(
            false,
          );
        },
      ),
    );
  });
});
