import { isConflict, KubeError } from '../kubernetes/client/KubeError';
import { failedAttempt, refusalOf } from './backOff';

const refused = new KubeError(403, 'Forbidden', 'no');
const at = (
  error: Error,
  before?: ReturnType<typeof failedAttempt>,
  random = 0,
  of = 'a',
) => failedAttempt({ before, of, error, now: 1000, random });

describe('15: back-off', () => {
  it('15: grows to a minute, and begins anew with what was not tried', () => {
    let attempt = at(refused);
    const waits = [attempt.retryAt - 1000];
    for (let i = 0; i < 9; i++) {
      attempt = at(refused, attempt);
      waits.push(attempt.retryAt - 1000);
    }
    expect(waits).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
    expect(at(refused, attempt, 0, 'b')).toMatchObject({
      of: 'b',
      count: 1,
      retryAt: 1500,
    });
  });

  it('15: is spread, so that not all come back at once', () => {
    expect(at(refused, undefined, 1).retryAt).toBe(1625);
  });

  it('15: takes the time that the API asks for, and no longer', () => {
    const busy = new KubeError(429, 'TooManyRequests', 'busy', {
      retryAfterMs: 3000,
    });
    let attempt = at(busy);
    for (let i = 0; i < 5; i++) attempt = at(busy, attempt);
    expect(attempt.retryAt).toBe(4000);
  });

  it('15: a conflict is no refusal, and is tried at once', () => {
    const conflict = new KubeError(409, 'Conflict', 'changed');
    expect(isConflict(conflict)).toBe(true);
    expect(at(conflict)).toMatchObject({ count: 0, retryAt: 1100 });
    expect(refusalOf({ attempt: at(conflict) })).toBeUndefined();
    expect(isConflict(new KubeError(409, 'NotOurs', 'x'))).toBe(false);
  });

  it('15: says at once what lasts, and later what may pass', () => {
    expect(refusalOf({ attempt: at(refused) })).toMatchObject({ code: 403 });
    const failing = new KubeError(500, 'InternalError', 'oh');
    expect(refusalOf({ attempt: at(failing) })).toBeUndefined();
    expect(refusalOf({ attempt: at(failing, at(failing)) })).toMatchObject({
      code: 500,
    });
    // Nobody refused what nobody answered.
    const silent = KubeError.unreachable('cut');
    expect(refusalOf({ attempt: at(silent, at(silent)) })).toBeUndefined();
  });
});
