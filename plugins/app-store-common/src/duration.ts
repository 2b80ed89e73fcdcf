/** What a text must be to be a duration. */
export const DURATION = /^(-1|(\d+(\.\d+)?(s|m|h))+)$/;

const SECONDS = { s: 1, m: 60, h: 3600 };

/**
 * A duration such as `90s`, `1.5h` or `1h30m` in seconds; -1 for `-1`, which means
 * never where a place allows it; undefined for a text that is none.
 *
 * @public
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  if (text === '-1') return -1;
  return [...text.matchAll(/([\d.]+)([smh])/g)].reduce(
    (sum, [, amount, unit]) =>
      sum + Number(amount) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
}
