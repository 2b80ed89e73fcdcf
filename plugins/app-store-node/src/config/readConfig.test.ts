import { ConfigReader } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { JsonValue } from '@backstage/types';
import { z } from 'zod';
import { configValue } from './configValue';
import { readConfig } from './readConfig';

const { section, text, secret, flag, wholeNumber, duration, url } = configValue;

/** What is said of one key. */
function saidOf(
  type: z.ZodType,
  key: JsonValue | undefined,
  name = 'key',
): string {
  try {
    readConfig(
      new ConfigReader({ part: { [name]: key } }),
      z.object({ part: section({ [name]: type }) }),
    );
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return '';
}

describe('what is wrong with a key', () => {
  const set = ' (APP_CONFIG_part_key sets it)';
  it.each<[z.ZodType, JsonValue | undefined, string]>([
    [text, undefined, `part.key is missing; it must be a text${set}`],
    [text, '', `part.key must not be empty; it is ""${set}`],
    [text, 5, `part.key must be a text; it is 5${set}`],
    [text, ['a'], `part.key must be a text; it is a list${set}`],
    [text, { a: 1 }, `part.key must be a text; it is an object${set}`],
    [flag, 'perhaps', `part.key must be true or false; it is "perhaps"${set}`],
    [flag, [], `part.key must be true or false; it is a list${set}`],
    [z.enum(['a', 'b']), 'c', `part.key must be one of a, b; it is "c"${set}`],
    [
      wholeNumber(),
      1.5,
      `part.key must be a whole number of at least 0; it is 1.5${set}`,
    ],
    [
      wholeNumber({ min: 1, max: 9 }),
      '10',
      `part.key must be a whole number from 1 to 9; it is "10"${set}`,
    ],
    [
      url,
      'https://me:hush@',
      `part.key must be a URL; it is "https://***@"${set}`,
    ],
    [
      duration(),
      '0s',
      `part.key must be a duration such as 8h or 1h30m, greater than zero; it is "0s"${set}`,
    ],
    [
      duration({ least: 0 }),
      '-1',
      `part.key must be a duration such as 8h or 1h30m; it is "-1"${set}`,
    ],
    [
      duration({ least: -1 }),
      'soon',
      `part.key must be a duration such as 8h or 1h30m, or -1; it is "soon"${set}`,
    ],
    [secret('must be a text'), 4711, `part.key must be a text${set}`],
    // What belongs below it may be a secret.
    [
      section({ secret: text }),
      'hush',
      `part.key must be an object; it is a text${set}`,
    ],
    [z.array(text), 'a', `part.key must be a list; it is a text${set}`],
    // No variable reaches into a list.
    [z.array(text), ['a', 5], 'part.key[1] must be a text; it is 5'],
    [
      z.array(z.object({ name: text })),
      [{}],
      'part.key[0].name is missing; it must be a text',
    ],
    [
      z.array(z.object({ name: text })),
      [{ name: null }],
      'part.key[0].name is missing; it must be a text',
    ],
    [
      text.regex(/^b/, 'must begin with b'),
      'a'.repeat(999),
      `part.key must begin with b; it is "${'a'.repeat(199)}…${set}`,
    ],
    // A sentence of its own.
    [text.refine(() => false, 'is taken'), 'a', 'part.key is taken'],
  ])('%#', (type, value, said) => {
    expect(saidOf(type, value)).toBe(said);
  });

  it('names no variable that would set another key', () => {
    expect(saidOf(text, 5, 'a_b')).toBe('part.a_b must be a text; it is 5');
  });
});

it('reads texts of the environment as what they stand for', () => {
  expect(
    readConfig(
      new ConfigReader({
        part: { count: '5', on: 'Yes', off: 0, long: '1.5h', never: -1 },
      }),
      z.object({
        part: section({
          count: wholeNumber(),
          on: flag,
          off: flag,
          long: duration(),
          never: duration({ least: -1 }),
          absent: flag.optional(),
          also: flag.default(true),
        }),
        other: section({ key: text.default('a') }),
      }),
    ),
  ).toEqual({
    part: { count: 5, on: true, off: false, long: 5400, never: -1, also: true },
    other: { key: 'a' },
  });
});
