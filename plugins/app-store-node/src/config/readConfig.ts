/**
 * Reads keys of the configuration by a zod schema. All that is wrong is said at once, a
 * line for each key: the key, what it must be, what it is (never a secret), and the
 * variable that sets it.
 */
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

type Path = readonly PropertyKey[];

/** Backstage takes null for absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === null ? [] : [[key, withoutNulls(inner)]],
    ),
  );
}

/** `appStore.runtimes[2].image` */
function keyOf(path: Path): string {
  return path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** How the environment sets a key: not within a list, and only words without "_". */
function variableOf(path: Path): string | undefined {
  return path.every(part => /^[a-z][a-z0-9]*$/i.test(String(part)))
    ? `APP_CONFIG_${path.join('_')}`
    : undefined;
}

const LONGEST = 200;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value && typeof value === 'object') return 'an object';
  const text =
    typeof value === 'string'
      ? // What stands before the host of a URL may be a password.
        JSON.stringify(value.replace(/\/\/[^/]*@/g, '//***@'))
      : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** What zod finds by itself. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.join(', ')}`;
  return issue.code === 'invalid_type'
    ? `must be ${issue.expected === 'array' ? 'a list' : 'an object'}`
    : undefined;
}

function sentence(issue: z.core.$ZodIssue, input: unknown): string {
  const { path, message } = issue;
  const key = keyOf(path);
  if (!/^(must|is missing)/.test(message)) return `${key} ${message}`;
  const value = path.reduce(
    (at: unknown, part) => (at as Record<PropertyKey, unknown>)?.[part],
    input,
  );
  const secret = issue.code === 'custom' && issue.params?.secret;
  // Where a text stands in place of a section, it may be a secret that belongs into it.
  const misplaced =
    issue.code === 'invalid_type' &&
    typeof value === 'string' &&
    !['boolean', 'number'].includes(issue.expected);
  const variable = variableOf(path);
  const says = [
    value === undefined && message.startsWith('must')
      ? `is missing; it ${message}`
      : message,
    value === undefined || secret
      ? ''
      : `; it is ${misplaced ? 'a text' : shown(value)}`,
    variable ? ` (${variable} sets it)` : '',
  ];
  return `${key} ${says.join('')}`;
}

/**
 * The keys of the configuration that a schema names, as it makes them.
 *
 * @param root - the whole configuration
 * @param schema - an object with keys of the root, such as `appStore`
 * @throws InputError naming every key that is wrong
 * @public
 */
export function readConfig<Shape extends z.ZodRawShape>(
  root: Config,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  const input = Object.fromEntries(
    Object.keys(schema.shape).map(key => [
      key,
      withoutNulls(root.getOptional(key)),
    ]),
  );
  const result = schema.safeParse(input, { error: describe });
  if (result.success) return result.data;
  const lines = result.error.issues.map(issue => sentence(issue, input));
  throw new InputError(
    lines.length === 1
      ? lines[0]
      : [`${lines.length} settings are wrong:`, ...lines].join('\n    '),
  );
}
