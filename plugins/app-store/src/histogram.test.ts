import { histogram } from './histogram';

describe('15: a histogram', () => {
  it('has bars of a width that people read easily, and each value in one of them', () => {
    expect(histogram([])).toEqual([]);
    expect(histogram([240])).toEqual([{ from: 240, to: 241, count: 1 }]);
    expect(histogram([120, 180, 190, 240, 410])).toEqual([
      { from: 100, to: 150, count: 1 },
      { from: 150, to: 200, count: 2 },
      { from: 200, to: 250, count: 1 },
      { from: 250, to: 300, count: 0 },
      { from: 300, to: 350, count: 0 },
      { from: 350, to: 400, count: 0 },
      { from: 400, to: 450, count: 1 },
    ]);
  });

  it('stays narrow enough for a telephone, whatever the values are', () => {
    for (const spread of [1, 10, 999, 1e6, 1e9]) {
      const values = Array.from(
        { length: 1000 },
        (_, n) => (n * spread) / 1000,
      );
      const bars = histogram(values);
      expect(bars.length).toBeLessThanOrEqual(21);
      expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    }
  });
});
