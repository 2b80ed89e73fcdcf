// Which settings of a configuration need a variable that is not set: all of them at once, before
// anything starts. Backstage itself says one at a time, by its key alone.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const VARIABLE = /\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}/g;

/**
 * Every value with its key, `appStore.gateway.baseUrl`; a list is one value.
 *
 * @param {unknown} node
 * @param {string[]} [path]
 * @returns {Generator<[key: string, value: unknown]>}
 */
function* values(node, path = []) {
  if (node && typeof node === 'object' && !Array.isArray(node))
    for (const [key, value] of Object.entries(node))
      yield* values(value, [...path, key]);
  else yield [path.join('.'), node];
}

/**
 * Names of variables without a default in a value.
 *
 * @param {unknown} value
 */
function variablesOf(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return [...text.matchAll(VARIABLE)].map(([, name]) => name);
}

/**
 * @param {string[]} files - configuration files; a later one goes before an earlier one
 * @param {Record<string, string | undefined>} env
 * @returns {Map<string, string[]>} the keys that need it, by variable
 */
export function missingSettings(files, env) {
  const { parse } = createRequire(join(ROOT, 'package.json'))('yaml');
  const settings = new Map();
  for (const file of files)
    for (const [key, value] of values(parse(readFileSync(file, 'utf8'))))
      settings.set(key, value);
  const missing = new Map();
  for (const [key, value] of settings) {
    // APP_CONFIG_a_b sets a.b, whatever the files say.
    if (env[`APP_CONFIG_${key.replaceAll('.', '_')}`] !== undefined) continue;
    for (const name of variablesOf(value))
      if (!env[name]) missing.set(name, [...(missing.get(name) ?? []), key]);
  }
  return missing;
}

/**
 * What is missing, as a text for an operator.
 *
 * @param {Map<string, string[]>} missing
 */
export function describeMissing(missing) {
  const width = Math.max(...[...missing.keys()].map(name => name.length));
  const lines = [...missing].map(
    ([name, keys]) => `  ${name.padEnd(width)}  for ${keys.join(', ')}`,
  );
  return `The portal cannot start: ${
    missing.size === 1 ? 'a setting is' : `${missing.size} settings are`
  } missing. Set ${
    missing.size === 1
      ? 'this environment variable'
      : 'these environment variables'
  }:\n\n${lines.join(
    '\n',
  )}\n\ndocs/operate.md says what each one is. A file of your own may set the keys instead (--config FILE).`;
}
