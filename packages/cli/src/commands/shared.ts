/** What commands have in common. */
import type { Visibility } from '@ai-app-store/backstage-plugin-app-store-common';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';

/** Makes an action of a function that works with the context. */
export type Act = <A extends unknown[]>(
  work: (context: Context, ...args: A) => Promise<number | void>,
) => (...args: [...A, Command]) => Promise<void>;

/** Where a group of commands stands: below `admin` it reaches everything, elsewhere what one sees as a person. */
export interface Mount {
  act: Act;
  admin: boolean;
}

/** What precedes the name of a group there. */
export const programOf = ({ admin }: Mount) =>
  admin ? 'app-store admin' : 'app-store';

const VISIBILITIES: Visibility[] = ['PRIVATE', 'ALL_USERS', 'PUBLIC'];

/** Parses one of some words, in capital letters or not. */
export function oneOf<T extends string>(
  choices: ReadonlyArray<T>,
): (text: string) => T {
  return text => {
    const value = text.toLocaleUpperCase('en-US').replace('-', '_');
    const found = choices.find(choice => choice === value);
    if (!found)
      throw new InvalidArgumentError(`Choose one of ${choices.join(', ')}.`);
    return found;
  };
}

/** `-v, --visibility`, in capital letters or not; PRIVATE unless it has to be given. */
export function visibilityOption(
  what: string,
  options: { mandatory?: boolean } = {},
): Option {
  const option = new Option(
    '-v, --visibility <visibility>',
    `who can ${what === 'the instance' ? 'open' : 'see'} ${what}`,
  )
    .choices(VISIBILITIES)
    .argParser(oneOf(VISIBILITIES));
  return options.mandatory
    ? option.makeOptionMandatory()
    : option.default('PRIVATE');
}

/** `-y, --yes`, of what asks before something is lost. */
export const yesOption = () =>
  new Option('-y, --yes', 'do not ask for confirmation');

/** `--limit`, of lists. */
export const limitOption = () =>
  new Option('--limit <count>', 'at most this many').argParser(wholeNumber);

/** Parses a whole number that is not negative. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Parses `true` or `false`, as scripts in several languages write it. */
export function yesOrNo(text: string): boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw new InvalidArgumentError('It must be true or false.');
}

/** Collects repeated or comma-separated words; an empty text means none at all. */
export function words(text: string, before: string[] | undefined): string[] {
  const given = text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean);
  return [...(before ?? []), ...given];
}

/** Parses `NAME=VALUE`, repeated. */
export function pairs(
  text: string,
  before: Record<string, string> | undefined,
): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError('It must have the form NAME=VALUE.');
  if (before && Object.hasOwn(before, name))
    throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: value };
}

/** The entity ref of a person: `uma` is `user:default/uma`. */
export function personRef(text: string): string {
  if (text.includes(':')) return text;
  return text.includes('/') ? `user:${text}` : `user:default/${text}`;
}

/** @throws CliError where no option of a change was given */
export function assertSomething(change: object, options: string): void {
  if (Object.values(change).every(value => value === undefined))
    throw new CliError('Nothing to change.', {
      exitCode: EXIT.usage,
      code: 'NOTHING_TO_CHANGE',
      remedy: `Add ${options}.`,
    });
}

/** Examples below a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`;
}
