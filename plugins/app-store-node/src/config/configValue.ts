/**
 * Values of the configuration as zod types. Each says what it "must be"; readConfig adds
 * the key. Numbers and booleans may come as texts, as they do from the environment.
 */
import { parseDuration } from '@ai-app-store/backstage-plugin-app-store-common';
import { z } from 'zod';

const filled = (must: string, whenEmpty = must) =>
  z.string(must).min(1, { error: whenEmpty, abort: true });

const text = filled('must be a text', 'must not be empty');

/** What a text stands for; `convert` throws where it stands for nothing. */
const converted = <T>(must: string, convert: (text: string) => T) =>
  filled(must).transform((value, context) => {
    try {
      return convert(value);
    } catch {
      context.addIssue({ code: 'custom', message: must });
      return z.NEVER;
    }
  });

/** A text that no message repeats. */
const secret = (must: string, fits: (text: string) => boolean = Boolean) =>
  z.custom<string>(value => typeof value === 'string' && fits(value), {
    error: must,
    abort: false,
    params: { secret: true },
  });

/** Words that Backstage's own reader knows, too. */
const flag = z.preprocess(value => {
  const word = typeof value === 'object' ? '' : String(value).trim();
  if (/^(true|yes|y|on|1)$/i.test(word)) return true;
  return /^(false|no|n|off|0)$/i.test(word) ? false : value;
}, z.boolean('must be true or false'));

const wholeNumber = ({ min = 0, max }: { min?: number; max?: number } = {}) => {
  const must = `must be a whole number ${
    max === undefined ? `of at least ${min}` : `from ${min} to ${max}`
  }`;
  return z.preprocess(
    value => (typeof value === 'string' ? Number(value) : value),
    z
      .number(must)
      .refine(
        value =>
          Number.isSafeInteger(value) &&
          value >= min &&
          value <= (max ?? Infinity),
        must,
      ),
  );
};

/** In seconds: longer than none, unless `least` is 0, or -1 for never. */
const duration = ({ least }: { least?: 0 | -1 } = {}) => {
  const bound = { '-1': ', or -1', '0': '', '': ', greater than zero' };
  const must = `must be a duration such as 8h or 1h30m${
    bound[`${least ?? ''}`]
  }`;
  return z.preprocess(
    // YAML and the environment have a number there.
    value => (value === -1 ? '-1' : value),
    converted(must, value => {
      const seconds = parseDuration(value) ?? NaN;
      if (least === undefined ? seconds > 0 : seconds >= least) return seconds;
      throw new RangeError(must);
    }),
  );
};

/** Keys below a key; where it is absent, as if it held none. */
const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape).prefault({} as never);

/**
 * Types of values of the configuration, for {@link readConfig}.
 *
 * @public
 */
export const configValue = {
  section,
  text,
  converted,
  secret,
  flag,
  wholeNumber,
  duration,
  url: converted('must be a URL', value => new URL(value)),
};
