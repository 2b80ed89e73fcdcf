/** Whether a store could answer so: answers of the tests' own stores are held against the API's document. */
import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

interface Operation {
  responses: Record<
    string,
    { content?: Record<string, { schema?: object }>; $ref?: string }
  >;
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(API_DOCUMENT as object, 'api');

const { paths } = API_DOCUMENT as unknown as {
  paths: Record<string, Record<string, Operation>>;
};
const patterns = Object.entries(paths)
  // What is written out goes before what is open.
  .sort(([a], [b]) => a.split('{').length - b.split('{').length)
  .map(([path, operations]) => ({
    path,
    operations,
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
const checks = new Map<string, ValidateFunction | undefined>();

const pointer = (...parts: string[]) =>
  parts
    .map(part => part.replaceAll('~', '~0').replaceAll('/', '~1'))
    .map(encodeURIComponent)
    .join('/');

function checkOf(
  path: string,
  method: string,
  status: number,
): ValidateFunction | undefined {
  const key = `${method} ${path} ${status}`;
  if (!checks.has(key)) {
    const answer = paths[path][method].responses[status];
    checks.set(
      key,
      answer?.content?.['application/json']?.schema &&
        ajv.compile({
          $ref: `api#/${pointer(
            'paths',
            path,
            method,
            'responses',
            String(status),
            'content',
            'application/json',
            'schema',
          )}`,
        }),
    );
  }
  return checks.get(key);
}

/** @param what - `GET /apps` */
function find(what: string) {
  const [name, path] = what.split(' ');
  const method = name.toLowerCase();
  const known = patterns.find(
    ({ pattern, operations }) => pattern.test(path) && operations[method],
  );
  return known && { path: known.path, method, ...known.operations[method] };
}

/** The status with which an operation says that all is well; 200 of what is none. */
export function successOf(what: string): number {
  const statuses = Object.keys(find(what)?.responses ?? {}).map(Number);
  return statuses.find(status => status < 300) ?? 200;
}

/** What is wrong with an answer, in words. */
export function faultOf(
  what: string,
  status: number,
  body: unknown,
): string | undefined {
  if (status >= 400) return undefined;
  const known = find(what);
  if (!known) return `${what} is no operation`;
  if (!known.responses[status]) return `${what} does not answer ${status}`;
  const check = checkOf(known.path, known.method, status);
  if (!check) return undefined;
  return check(body)
    ? undefined
    : `${what} cannot answer so: ${ajv.errorsText(check.errors)}`;
}
