import { mockServices } from '@backstage/backend-test-utils';
import type { Check } from './Check';
import { Doctor } from './Doctor';

describe('15: the doctor, by itself', () => {
  const check = (id: string, more: Partial<Check> = {}): Check => ({
    id,
    title: `Title of ${id}`,
    look: async () => ({ state: 'OK', message: 'well' }),
    ...more,
  });

  it('15: tells the log what does not hold any more, once, and that it holds again', async () => {
    const logger = mockServices.logger.mock();
    let state: 'OK' | 'FAILED' = 'OK';
    let asked = 0;
    const doctor = new Doctor({
      policy: {} as never,
      audit: {} as never,
      logger,
      checks: [
        check('drift', {
          look: async () => ({ state, message: '2 instances differ' }),
        }),
        check('broken', {
          look: async () => {
            throw new Error('no database');
          },
        }),
        check('orphans', {
          asksCluster: true,
          look: async () => {
            asked++;
            return { state: 'OK', message: 'none' };
          },
        }),
      ],
    });
    expect(doctor.states.size).toBe(0);
    await doctor.watch({ whole: false });
    state = 'FAILED';
    await doctor.watch({ whole: false });
    await doctor.watch({ whole: false });
    expect(logger.warn.mock.calls.flat()).toEqual([
      'doctor: Title of broken: It could not be looked at: no database',
      'doctor: Title of drift: 2 instances differ',
    ]);
    expect([...doctor.states]).toEqual([
      ['drift', 'FAILED'],
      ['broken', 'FAILED'],
    ]);
    // What costs requests is looked at when all is.
    expect(asked).toBe(0);
    state = 'OK';
    await doctor.watch({ whole: true });
    expect(asked).toBe(1);
    expect(logger.info.mock.calls.flat()).toEqual([
      'doctor: Title of drift: holds again',
    ]);
  });
});
