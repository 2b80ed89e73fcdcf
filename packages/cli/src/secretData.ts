/** The values of a secret, from files, standard input or the command line; whatever bytes they are. */
import { secretKeyProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';
import { bytes } from './output';
import { readAll } from './standardInput';

/** Kubernetes' limit of a Secret, in bytes. */
const LIMIT = 1024 * 1024;

/** Where values come from. */
export interface DataFlags {
  fromLiteral?: string[];
  fromFile?: string[];
  fromEnvFile?: string[];
}

function refuse(message: string, remedy: string, code = 'BAD_VALUE'): never {
  throw new CliError(message, { exitCode: EXIT.usage, code, remedy });
}

/** Reads one secret's values. */
class Values {
  readonly #context: Context;
  readonly #values = new Map<string, Buffer>();
  #standardInputOf?: string;

  constructor(context: Context) {
    this.#context = context;
  }

  #add(key: string, value: Buffer): void {
    const problem = secretKeyProblem(key);
    if (problem)
      refuse(
        `The key ${JSON.stringify(key.slice(0, 80))} ${problem}.`,
        'Choose another key: KEY=…',
      );
    if (this.#values.has(key))
      refuse(`The key ${key} is given twice.`, 'Give each key once.');
    this.#values.set(key, value);
  }

  async #read(path: string, key: string): Promise<Buffer> {
    if (path === '-') {
      if (this.#standardInputOf !== undefined)
        refuse(
          `Standard input is used for ${this.#standardInputOf} and for ${key}.`,
          'Read one of them from a file.',
        );
      this.#standardInputOf = key;
      const value = await readAll(this.#context.world.stdin);
      if (value.at(-1) === 0x0a)
        this.#context.output.note(
          `The input for ${key} ends with a line break. The line break is part of the value.`,
        );
      return value;
    }
    const full = resolve(this.#context.world.cwd, path);
    const found = await stat(full).catch(() => undefined);
    if (!found || found.isDirectory())
      throw new CliError(`${path} is not a file.`, {
        exitCode: EXIT.notFound,
        code: 'NO_FILE',
        remedy: 'Name a file, or - for standard input.',
      });
    if (found.size > LIMIT)
      refuse(
        `${path} is larger than ${bytes(LIMIT)}, the limit for a secret.`,
        'Store only credentials in it.',
        'SECRET_TOO_LARGE',
      );
    return readFile(full);
  }

  literal(text: string): void {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    // The text itself may be the secret: it is not repeated.
    if (!key)
      refuse(
        'A value of --from-literal has no key.',
        'Write it like --from-literal=KEY=VALUE.',
      );
    this.#add(key, Buffer.from(value, 'utf8'));
  }

  async file(text: string): Promise<void> {
    const [, given, path = text] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const key = given ?? basename(path);
    if (!path || key === '-')
      refuse(
        'A value of --from-file has no key or no path.',
        'Write it like --from-file=KEY=PATH, or KEY=- for standard input.',
      );
    this.#add(key, await this.#read(path, key));
  }

  async envFile(path: string): Promise<void> {
    const text = (await this.#read(path, path)).toString('utf8');
    text.split(/\r?\n/).forEach((line, i) => {
      if (/^\s*(#|$)/.test(line)) return;
      const [, key, value] = /^\s*([^=\s]+)=(.*)$/.exec(line) ?? [];
      if (key === undefined)
        refuse(
          `Line ${i + 1} of ${path} has no key.`,
          'Each line must be KEY=VALUE. Lines that start with # are ignored.',
        );
      this.#add(key, Buffer.from(value, 'utf8'));
    });
  }

  all(): Record<string, string> {
    if (!this.#values.size)
      refuse(
        'The secret has no value.',
        'Add --from-file=KEY=PATH, or --from-file=KEY=- and pipe the value in.',
        'NO_VALUE',
      );
    return Object.fromEntries(
      [...this.#values].map(([key, value]) => [key, value.toString('base64')]),
    );
  }
}

/** The values by key, in base64. @throws CliError where a source gives none */
export async function readSecretData(
  context: Context,
  flags: DataFlags,
): Promise<Record<string, string>> {
  const values = new Values(context);
  (flags.fromLiteral ?? []).forEach(text => values.literal(text));
  for (const text of flags.fromFile ?? []) await values.file(text);
  for (const path of flags.fromEnvFile ?? []) await values.envFile(path);
  return values.all();
}

const isText = (text: string) =>
  // What replaces bytes that are no text, and whatever steers a terminal.
  // eslint-disable-next-line no-control-regex -- controls are what it looks for
  !/[\ufffd\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text);

/** A value for people: as text where it is text. */
export function valueWords(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return isText(text) ? text : `base64:${base64}`;
}
