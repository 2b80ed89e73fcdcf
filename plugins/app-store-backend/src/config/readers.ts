/** Reads values of the configuration; what is wrong is said with the key that holds it. */
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';

const DURATION = /^(-1|(\d+(\.\d+)?[smh])+)$/;

/** The full name of a key below a part of the configuration. */
function nameOf(config: Config, key: string): string {
  // Undocumented, and the only way to say where a list's entry is.
  const { prefix } = config as unknown as { prefix?: string };
  return prefix ? `${prefix}.${key}` : key;
}

/** @throws InputError that names the key */
export function refuse(config: Config, key: string, why: string): never {
  throw new InputError(`${nameOf(config, key)} ${why}`);
}

/** A duration such as `8h` or `1h30m` in seconds; -1 for `-1`. */
export function seconds(config: Config, key: string, fallback: string): number {
  const text = config.getOptionalString(key) ?? fallback;
  if (!DURATION.test(text))
    refuse(
      config,
      key,
      `must be a duration such as 8h or 30m, or -1; it is ${JSON.stringify(
        text,
      )}`,
    );
  if (text === '-1') return -1;
  const unit: Record<string, number> = { s: 1, m: 60, h: 3600 };
  return [...text.matchAll(/(\d+(?:\.\d+)?)([smh])/g)].reduce(
    (sum, [, n, u]) => sum + Number(n) * unit[u],
    0,
  );
}

/** A whole number within bounds. */
export function whole(
  config: Config,
  key: string,
  fallback: number,
  bounds: { min?: number; max?: number } = {},
): number {
  const value = config.getOptionalNumber(key) ?? fallback;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  if (!Number.isInteger(value) || value < min || value > max)
    refuse(
      config,
      key,
      `must be a whole number from ${min} to ${max}; it is ${value}`,
    );
  return value;
}

/** A Kubernetes quantity such as `512Mi`. */
export function quantity(config: Config, key: string): string | undefined {
  const text = config.getOptionalString(key);
  if (text !== undefined && !(parseQuantity(text) >= 0))
    refuse(
      config,
      key,
      `must be a Kubernetes quantity such as 512Mi or 500m; it is ${JSON.stringify(
        text,
      )}`,
    );
  return text;
}

/**
 * What is set aside of memory and processors, and the limits: all as quantities, no
 * reservation above its limit.
 *
 * @param fallback - what counts where a key is not there
 */
export function sizes(
  config: Config,
  fallback: { memoryLimit?: string; memoryReservation?: string } = {},
) {
  const read = {
    memoryLimit: quantity(config, 'memoryLimit') ?? fallback.memoryLimit,
    memoryReservation:
      quantity(config, 'memoryReservation') ?? fallback.memoryReservation,
    cpuLimit: quantity(config, 'cpuLimit'),
    cpuReservation: quantity(config, 'cpuReservation'),
  };
  for (const [reservation, limit] of [
    ['memoryReservation', 'memoryLimit'],
    ['cpuReservation', 'cpuLimit'],
  ] as const)
    if (
      config.has(reservation) &&
      parseQuantity(read[reservation]!) > parseQuantity(read[limit] ?? '1E')
    )
      refuse(config, reservation, `must not be more than ${limit}`);
  return read;
}

/** One of several words. */
export function oneOf<T extends string>(
  config: Config,
  key: string,
  words: readonly T[],
  fallback: T,
): T {
  const text = config.getOptionalString(key) ?? fallback;
  if (!words.includes(text as T))
    refuse(
      config,
      key,
      `must be one of ${words.join(', ')}; it is ${JSON.stringify(text)}`,
    );
  return text as T;
}

/** Regular expressions that match a whole text; `fallback` where none are configured. */
export function patterns(
  config: Config,
  key: string,
  fallback: readonly RegExp[],
): RegExp[] {
  return (
    config.getOptionalStringArray(key)?.map(text => {
      try {
        return new RegExp(`^(?:${text})$`);
      } catch {
        return refuse(
          config,
          key,
          `holds ${JSON.stringify(text)}, which is not a regular expression`,
        );
      }
    }) ?? [...fallback]
  );
}

export function url(config: Config, key: string): URL {
  const text = config.getString(key);
  if (!URL.canParse(text))
    refuse(config, key, `must be a URL; it is ${JSON.stringify(text)}`);
  return new URL(text);
}

/** A path of the portal, or a URL with one of the `schemes`. */
export function address(
  config: Config,
  key: string,
  schemes: string[],
): string | undefined {
  const text = config.getOptionalString(key);
  if (text === undefined) return undefined;
  const path = /^\/(?!\/)/.test(text);
  if (
    !path &&
    !(URL.canParse(text) && schemes.includes(new URL(text).protocol))
  )
    refuse(
      config,
      key,
      `must be a path of the portal, which begins with /, or a URL with ${schemes.join(
        ' or ',
      )}; it is ${JSON.stringify(text)}`,
    );
  return text;
}

/** `#rrggbb`. */
export function color(config: Config, key: string): string | undefined {
  const text = config.getOptionalString(key);
  if (text !== undefined && !/^#[0-9a-fA-F]{6}$/.test(text))
    refuse(
      config,
      key,
      `must be a colour such as #3a5ba0; it is ${JSON.stringify(text)}`,
    );
  return text;
}

/** A text of a form, which is said in words where it has another. */
export function matching(
  config: Config,
  key: string,
  pattern: RegExp,
  what: string,
  fallback?: string,
): string {
  const text = config.getOptionalString(key) ?? fallback ?? '';
  if (!pattern.test(text))
    refuse(config, key, `must be ${what}; it is ${JSON.stringify(text)}`);
  return text;
}
