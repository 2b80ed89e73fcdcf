import { policyVerdict } from './PolicyCanary';

describe('15: whether policies are enforced', () => {
  it.each([
    [{ open: true, closed: false }, 'ENFORCED'],
    [{ open: true, closed: true }, 'NOT_ENFORCED'],
    // Nothing is proved by pods that reach nothing anyway.
    [{ open: false, closed: false }, 'UNKNOWN'],
    [{ open: false, closed: true }, 'UNKNOWN'],
    [{ open: true }, 'UNKNOWN'],
    [{ closed: true }, 'UNKNOWN'],
    [{}, 'UNKNOWN'],
  ])('%j: %s', (reached, result) =>
    expect(policyVerdict(reached).result).toBe(result),
  );
});
