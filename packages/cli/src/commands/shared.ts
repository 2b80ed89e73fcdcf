/** What commands have in common. */
import type { Visibility } from '@ai-app-store/backstage-plugin-app-store-common';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from '../Context';

/** Makes an action of a function that works with the context. */
export type Act = <A extends unknown[]>(
  work: (context: Context, ...args: A) => Promise<number | void>,
) => (...args: [...A, Command]) => Promise<void>;

const VISIBILITIES: Visibility[] = ['PRIVATE', 'ALL_USERS', 'PUBLIC'];

/** `-v, --visibility`, in capital letters or not; PRIVATE unless it has to be given. */
export function visibilityOption(
  what: string,
  options: { mandatory?: boolean } = {},
): Option {
  const option = new Option(
    '-v, --visibility <visibility>',
    `who may see ${what}: PRIVATE, ALL_USERS or PUBLIC`,
  ).argParser((text: string) => {
    const value = text.toLocaleUpperCase('en-US').replace('-', '_');
    if (!VISIBILITIES.includes(value as Visibility))
      throw new InvalidArgumentError(
        `Choose one of ${VISIBILITIES.join(', ')}.`,
      );
    return value;
  });
  return options.mandatory
    ? option.makeOptionMandatory()
    : option.default('PRIVATE');
}

/** Parses a whole number that is not negative. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Examples below a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`;
}
