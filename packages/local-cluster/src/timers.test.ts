import { after } from './timers';

describe('after', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('waits longer than a timer can', () => {
    const days = 24 * 3600 * 1000;
    const then = jest.fn();
    after(60 * days, then);
    jest.advanceTimersByTime(59 * days);
    expect(then).not.toHaveBeenCalled();
    jest.advanceTimersByTime(days);
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('is cancelled, also after a part of its time', () => {
    const days = 24 * 3600 * 1000;
    const then = jest.fn();
    const cancel = after(60 * days, then);
    jest.advanceTimersByTime(30 * days);
    cancel();
    jest.advanceTimersByTime(60 * days);
    expect(then).not.toHaveBeenCalled();
  });
});
