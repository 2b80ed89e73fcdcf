/** Values in bars of one width, as they are drawn. */

/** One bar: how many values lie from `from` on and before `to`; in the last one, `to` included. */
export interface Bar {
  from: number;
  to: number;
  count: number;
}

/** Fewer tell nothing; more are thinner than they can be told apart on a telephone. */
const BARS = { least: 10, most: 20 };
/** Widths that people read easily: 1, 2 or 5 times a power of ten. */
const STEPS = [1, 2, 5, 10];

/** A width of bars with which `range` takes no more than `bars`. */
function widthFor(range: number, bars: number): number {
  const least = Math.max(range / bars, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * STEPS.find(step => step * power >= least)!;
}

/** @param values - not negative, ascending */
export function histogram(values: number[]): Bar[] {
  if (!values.length) return [];
  const [least] = values;
  const most = values[values.length - 1];
  const bars = Math.min(
    BARS.most,
    Math.max(BARS.least, Math.ceil(Math.sqrt(values.length))),
  );
  const width = widthFor(most - least, bars);
  const first = Math.floor(least / width) * width;
  const length = Math.floor((most - first) / width) + 1;
  const result = Array.from({ length }, (_, n) => ({
    from: first + n * width,
    to: first + (n + 1) * width,
    count: 0,
  }));
  for (const value of values)
    result[Math.floor((value - first) / width)].count++;
  return result;
}
