/**
 * `[[Parameter]]` (ours): what is asked when an instance is run. A value reaches the
 * app as the environment variable of its name.
 */
import type { AppParameter } from '../types';
import type { PARAMETER_TYPES } from './keys';
import { lower, type TomlReader, type TomlTable } from './TomlReader';

/**
 * Longest value, in characters.
 *
 * @public
 */
export const PARAMETER_LIMIT = 4096;
/** Variables that belong to the platform. */
const RESERVED = /^(H2O_|APP_STORE_|PORT$|HOME$|PATH$|LD_|NODE_OPTIONS$)/;

/**
 * Why a value cannot be given for a parameter; undefined where it can.
 *
 * @public
 */
export function parameterProblem(
  parameter: AppParameter,
  value: string | undefined,
): string | undefined {
  if (value === undefined || value === '')
    return parameter.required && parameter.default === undefined
      ? 'is required'
      : undefined;
  if (value.length > PARAMETER_LIMIT)
    return `is longer than ${PARAMETER_LIMIT} characters`;
  if (value.includes('\0')) return 'contains a NUL character';
  if (parameter.type === 'number' && !/^[+-]?\d+(\.\d+)?$/.test(value))
    return 'must be a number';
  if (parameter.type === 'boolean' && !['true', 'false'].includes(value))
    return 'must be true or false';
  if (parameter.type === 'choice' && !parameter.choices?.includes(value))
    return `must be one of ${parameter.choices?.join(', ')}`;
  return undefined;
}

/** One `[[Parameter]]`; `taken` holds the names of variables that are set already, and gets this one's. */
export function readParameter(
  reader: TomlReader,
  entry: TomlTable,
  index: number,
  taken: Set<string>,
): AppParameter {
  const name = String(entry.Name ?? '');
  const refuse = (key: string, message: string, remedy: string) =>
    reader.error('Parameter', key, message, remedy, index);
  if (RESERVED.test(name))
    refuse(
      'Name',
      `${name} is reserved for the platform`,
      'Choose another name.',
    );
  else if (taken.has(name))
    refuse(
      'Name',
      `${name} is set by another Parameter or Env`,
      'Set each variable only once.',
    );
  taken.add(name);
  const parameter: AppParameter = {
    name,
    title: String(entry.Title ?? '').trim() || name,
    type: lower(
      String(entry.Type ?? 'text'),
    ) as (typeof PARAMETER_TYPES)[number],
    required: Boolean(entry.Required),
    ...(entry.Description ? { description: String(entry.Description) } : {}),
    ...(entry.Default === undefined ? {} : { default: String(entry.Default) }),
    ...(entry.Choices ? { choices: entry.Choices as string[] } : {}),
  };
  if (parameter.type === 'choice' && !parameter.choices?.length)
    refuse('Choices', 'is missing', 'List the values to choose from.');
  else if (parameter.type !== 'choice' && parameter.choices)
    refuse('Choices', 'is for Type = "choice"', 'Remove it, or set the type.');
  const wrong = parameterProblem(parameter, parameter.default);
  if (parameter.default !== undefined && wrong)
    refuse('Default', wrong, 'Correct it, or leave it out.');
  return parameter;
}
