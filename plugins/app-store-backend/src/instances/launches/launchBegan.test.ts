import { launchBegan, stepsOf } from './launchBegan';

const accepted = '2026-12-01T12:00:00.000Z';

it('15: takes no steps of another launch, which the release before this one leaves there', () => {
  const steps = { queued: 1, applied: 2, routed: 3 };
  expect(stepsOf({ steps, stages: { accepted, ready: accepted } })).toBe(steps);
  expect(stepsOf({ steps, stages: { accepted } })).toEqual({});
  const underWay = { queued: 1, applied: 2 };
  expect(stepsOf({ steps: underWay, stages: { accepted } })).toBe(underWay);
  expect(stepsOf({ steps: undefined, stages: {} })).toEqual({});
});

it('15: takes what has no stages for as old as its row', () => {
  expect(launchBegan({ stages: {}, createdAt: accepted })).toEqual(
    new Date(accepted),
  );
});
