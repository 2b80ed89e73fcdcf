import { mockServices } from '@backstage/backend-test-utils';
import type { PolicyVerdict } from '../kubernetes/PolicyCanary';
import { policiesCheck } from './checks/policies';
import { Doctor } from './Doctor';
import { PolicyEnforcement } from './PolicyEnforcement';

const HOUR = 3_600_000;
const { signal } = new AbortController();

function world(answers: Array<PolicyVerdict['result'] | Error>) {
  const values = new Map<string, string>();
  const logger = mockServices.logger.mock();
  const state = { now: Date.parse('2026-12-02T12:00:00Z'), tries: 0 };
  const enforcement = new PolicyEnforcement({
    canary: {
      async try() {
        const answer = answers[state.tries++];
        if (answer instanceof Error) throw answer;
        return { result: answer, message: `it is ${answer}` };
      },
    },
    settings: {
      get: async name => values.get(name),
      set: async (name, value) => {
        values.set(name, value);
      },
    },
    logger,
    now: () => state.now,
  });
  const check = policiesCheck(enforcement);
  const doctor = new Doctor({
    policy: { decide: () => ({ allowed: true }) } as never,
    audit: {
      look: async (_: never, __: never, ___: never, work: any) =>
        work({ assertAllowed: () => {} }),
    } as never,
    checks: [check],
    logger,
  });
  return { enforcement, check, doctor, logger, state };
}

describe('15: PolicyEnforcement', () => {
  it('tries once a day, and each hour where it could not be found out', async () => {
    const { enforcement, check, state } = world([
      new Error('forbidden: quota'),
      'ENFORCED',
      'ENFORCED',
    ]);
    expect(await check.look()).toMatchObject({ state: 'WARNING' });
    await enforcement.tryIfOld(signal);
    expect(await check.look()).toMatchObject({
      state: 'WARNING',
      evidence: [{ message: 'forbidden: quota' }],
    });
    state.now += HOUR / 2;
    await enforcement.tryIfOld(signal);
    expect(state.tries).toBe(1);
    state.now += HOUR / 2;
    await enforcement.tryIfOld(signal);
    expect(await check.look()).toEqual({
      state: 'OK',
      message: 'It did on 2026-12-02 13:00 UTC.',
      evidence: [{ source: 'Two pods', message: 'it is ENFORCED' }],
    });
    state.now += 23 * HOUR;
    await enforcement.tryIfOld(signal);
    expect(state.tries).toBe(2);
    state.now += HOUR;
    await enforcement.tryIfOld(signal);
    expect(state.tries).toBe(3);
  });

  it('tells the log and every admin page where they are not enforced', async () => {
    const { check, doctor, logger } = world([
      'NOT_ENFORCED',
      'NOT_ENFORCED',
      'ENFORCED',
    ]);
    const warnings = async () => (await doctor.warnings({} as never)).items;
    expect(await warnings()).toEqual([]);
    // A dry run tries nothing.
    await check.repair!(true);
    expect(await warnings()).toEqual([]);
    await check.repair!(false);
    await check.repair!(false);
    expect(await warnings()).toMatchObject([
      {
        id: 'network-policies',
        title: 'The cluster does not enforce network policies',
        message: 'It does not: apps are not kept apart.',
      },
    ]);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    await check.repair!(false);
    expect(await warnings()).toEqual([]);
  });
});
