import { Interrupts } from './Interrupts';

describe('a signal to end', () => {
  function begun() {
    const exit = jest.fn();
    let now = 0;
    const interrupts = new Interrupts({ exit, now: () => now });
    return {
      exit,
      interrupts,
      later: (ms: number) => {
        now += ms;
      },
    };
  }

  it('ends the process where nobody cleans up', () => {
    const { exit, interrupts } = begun();
    interrupts.on(() => {})();
    interrupts.signal(130);
    expect(exit).toHaveBeenCalledWith(130);
  });

  it('tells those who clean up, who are left to it', () => {
    const { exit, interrupts } = begun();
    const cleanUp = jest.fn();
    interrupts.on(cleanUp);
    interrupts.signal(130);
    expect(cleanUp).toHaveBeenCalledTimes(1);
    expect(exit).not.toHaveBeenCalled();
  });

  it('is one wish where it comes twice at once, as from a terminal and from npm, also when all know of it', () => {
    const { exit, interrupts, later } = begun();
    const off = interrupts.on(() => off());
    interrupts.signal(130);
    later(300);
    interrupts.signal(130);
    expect(exit).not.toHaveBeenCalled();
  });

  it('ends the process the second time', () => {
    const { exit, interrupts, later } = begun();
    interrupts.on(() => {});
    interrupts.signal(130);
    later(1500);
    interrupts.signal(130);
    expect(exit).toHaveBeenCalledWith(130);
  });
});
