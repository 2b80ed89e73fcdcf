/**
 * Where the store is, and who one is to it: a file of the person's own, which
 * variables and flags overrule.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify, TomlError } from 'smol-toml';
import { CliError, EXIT } from './errors';

/** What the file holds. */
export interface Config {
  /** The portal's address, without a slash at the end. */
  url?: string;
  token?: string;
}

/** Where the demo of this repository runs. */
export const DEFAULT_URL = 'http://localhost:7007';

/** The path of the file: `--conf`, `APP_STORE_CONFIG`, or the user's configuration directory. */
export function configPath(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
): string {
  return (
    flag ??
    env.APP_STORE_CONFIG ??
    join(
      env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'),
      'ai-app-store',
      'config.toml',
    )
  );
}

/** A portal's address in its one form. */
export function normalUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username)
    throw new CliError(`${JSON.stringify(text)} is not an http or https URL.`, {
      exitCode: EXIT.usage,
      code: 'BAD_URL',
      remedy: 'Write it like https://portal.example.com.',
    });
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Reads the file; empty where there is none. */
export async function readConfig(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new CliError(
      `The configuration ${path} cannot be read: ${(error as Error).message}`,
      { exitCode: EXIT.usage, code: 'BAD_CONFIG' },
    );
  }
  try {
    const { url, token } = parse(text);
    return {
      ...(typeof url === 'string' && URL.canParse(url)
        ? { url: normalUrl(url) }
        : {}),
      ...(typeof token === 'string' ? { token } : {}),
    };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new CliError(
      `The configuration ${path} is not TOML: ${error.message.split('\n')[0]}`,
      {
        exitCode: EXIT.usage,
        code: 'BAD_CONFIG',
        remedy: 'Correct it, or delete it and run `app-store login` again.',
      },
    );
  }
}

/** Writes the file, for its owner alone. */
export async function writeConfig(path: string, config: Config): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, stringify({ ...config }), { mode: 0o600 });
  await rename(temporary, path);
}
