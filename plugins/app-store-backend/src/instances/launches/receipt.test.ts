import { receiptOf, type Launch } from './receipt';

const launch = (steps: Launch['steps'], firstByteMs?: number): Launch => ({
  launch: 2,
  beganAt: '2026-12-01T12:00:00.000Z',
  steps,
  firstByteMs,
});

describe('15: a receipt', () => {
  it('shows its steps one after the other, beside what they usually take', () => {
    const usual = [100, 200, 900].map(ms =>
      launch({ queued: 10, applied: 10 + ms, routed: 50 + ms }),
    );
    expect(
      receiptOf(launch({ queued: 5, applied: 25, routed: 85 }, 90), usual),
    ).toEqual({
      launch: 2,
      beganAt: '2026-12-01T12:00:00.000Z',
      readyMs: 85,
      steps: [
        { step: 'queued', fromMs: 0, toMs: 5, usualMs: 10 },
        { step: 'applied', fromMs: 5, toMs: 25, usualMs: 200 },
        { step: 'routed', fromMs: 25, toMs: 85, usualMs: 40 },
        { step: 'firstByte', fromMs: 85, toMs: 90 },
      ],
      usual: { launches: 3, medianMs: 250, readyMs: [150, 250, 950] },
    });
  });

  it('of the first launch of an app has nothing to be compared with', () => {
    expect(receiptOf(launch({ queued: 5 }), [])).toEqual({
      launch: 2,
      beganAt: '2026-12-01T12:00:00.000Z',
      steps: [{ step: 'queued', fromMs: 0, toMs: 5 }],
      usual: { launches: 0, readyMs: [] },
    });
  });

  it('lets no step end before the one before it', () => {
    expect(
      receiptOf(launch({ scheduled: 30, pulled: 20, probed: 40 }), []).steps,
    ).toEqual([
      { step: 'scheduled', fromMs: 0, toMs: 30 },
      { step: 'pulled', fromMs: 30, toMs: 30 },
      { step: 'probed', fromMs: 30, toMs: 40 },
    ]);
  });
});
