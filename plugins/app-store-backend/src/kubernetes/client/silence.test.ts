import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../__testUtils__/until';
import { afterSilence } from './silence';

/** Keeps this process from reading anything. */
function standStill(ms: number) {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

describe('15: the limit of silence', () => {
  it('is told once this process had time to read an answer', async () => {
    const told = jest.fn();
    afterSilence(100, told);
    await until(async () => told.mock.calls.length > 0);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('is not told for the time in which this process stood still', async () => {
    const order: string[] = [];
    afterSilence(200, () => order.push('silent'));
    setTimeout(() => order.push('answered'), 20);
    standStill(300);
    await until(async () => order.length > 1);
    expect(order).toEqual(['answered', 'silent']);
  });

  it('is told in time by a process that is never idle', async () => {
    const told = jest.fn();
    afterSilence(50, told);
    // Each takes 5 ms or more: told after 300 ms of them at the latest.
    for (let round = 0; !told.mock.calls.length && round < 60; round++) {
      standStill(5);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('is not told once the wait is ended', async () => {
    const told = jest.fn();
    afterSilence(20, told)();
    await sleep(60);
    expect(told).not.toHaveBeenCalled();
  });
});
