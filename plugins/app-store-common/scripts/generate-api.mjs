// Puts the parts of the API's document (openapi/*.yaml) together, and makes its types.
// `node scripts/generate-api.mjs` writes them; `--check` fails where they are out of date;
// `--json FILE` writes the document alone, for tools that read OpenAPI.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
// @ts-expect-error It comes without types.
// eslint-disable-next-line @backstage/no-undeclared-imports -- of the repository's root
import prettier from 'prettier';
import { parse } from 'yaml';

const HERE = dirname(fileURLToPath(import.meta.url));
const PARTS = join(HERE, '..', 'openapi');
const OUT = join(HERE, '..', 'src', 'api');

/**
 * Two documents as one; what both have must be said once.
 *
 * @param {any} into
 * @param {any} part
 */
function merge(into, part, path = '') {
  for (const [key, value] of Object.entries(part)) {
    if (!(key in into)) into[key] = value;
    else if (/^(\/(paths|components(\/\w+)?))?$/.test(path))
      merge(into[key], value, `${path}/${key}`);
    else throw new Error(`${path}/${key} is in two parts`);
  }
  return into;
}

/** @type {any} */
const document = {};
for (const name of [
  'common',
  ...readdirSync(PARTS)
    .map(file => file.replace(/\.yaml$/, ''))
    .filter(part => part !== 'common')
    .sort(),
])
  merge(document, parse(readFileSync(join(PARTS, `${name}.yaml`), 'utf8')));

const [flag, file] = process.argv.slice(2);
if (flag === '--json') {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(document, undefined, 2));
  process.exit();
}

const style = await prettier.resolveConfig(join(OUT, 'x.ts'));
const files = {
  'document.generated.ts': await prettier.format(
    `import type { ApiDocument } from './ApiDocument';

    /**
     * The document of the REST API, generated from openapi/*.yaml by scripts/generate-api.mjs.
     *
     * @public
     */
    export const API_DOCUMENT: ApiDocument = ${JSON.stringify(document)};`,
    { ...style, parser: 'typescript' },
  ),
  'schema.generated.ts': await prettier.format(
    `/** Types of the REST API, generated from openapi/*.yaml by scripts/generate-api.mjs. */\n\n${astToString(
      await openapiTS(document, { alphabetize: false }),
    ).replace(/^export interface/gm, '/** @public */\n$&')}`,
    { ...style, parser: 'typescript' },
  ),
};
for (const [name, text] of Object.entries(files)) {
  const path = join(OUT, name);
  if (flag !== '--check') writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write(
      `${name} is out of date: run node scripts/generate-api.mjs\n`,
    );
    process.exitCode = 1;
  }
}
