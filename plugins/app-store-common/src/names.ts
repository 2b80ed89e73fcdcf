/**
 * Naming rules (specification section 2), shared by browser, server and command
 * line.
 */
import semver from 'semver';

/** Longest name, version, and `<name>-<version>`, in characters. */
export const NAME_LIMIT = 63;
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SECRET_NAME =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SECRET_KEY = /^[A-Za-z0-9._-]{1,253}$/;
const NUMERIC_VERSION = /^\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?$/;

/** Why a text cannot be an app's name; undefined where it can. */
export function appNameProblem(name: string): string | undefined {
  if (!name) return 'is empty';
  if (name.length > NAME_LIMIT)
    return `is longer than ${NAME_LIMIT} characters`;
  if (!NAME.test(name))
    return 'may hold letters, digits, "-", "_" and ".", and begins and ends with a letter or digit';
  return undefined;
}

/** Why a text cannot be an app's version: `MAJOR[.MINOR[.PATCH]][-pre]`. */
export function appVersionProblem(version: string): string | undefined {
  const problem = appNameProblem(version);
  if (problem) return problem;
  if (!NUMERIC_VERSION.test(version))
    return 'is not of the form MAJOR[.MINOR[.PATCH]][-pre-release]';
  return undefined;
}

/** Why a name and a version do not go together. */
export function appIdentityProblem(
  name: string,
  version: string,
): string | undefined {
  return `${name}-${version}`.length > NAME_LIMIT
    ? `name and version together (with a "-" between them) are longer than ${NAME_LIMIT} characters`
    : undefined;
}

/** Why a text cannot be a secret's name. */
export function secretNameProblem(name: string): string | undefined {
  if (name.length > NAME_LIMIT)
    return `is longer than ${NAME_LIMIT} characters`;
  if (!SECRET_NAME.test(name))
    return 'may hold lower case letters, digits, "-" and ".", and begins and ends with a letter or digit';
  return undefined;
}

/** Why a text cannot be a key of a secret. */
export function secretKeyProblem(key: string): string | undefined {
  return SECRET_KEY.test(key)
    ? undefined
    : 'may hold letters, digits, ".", "_" and "-", 253 at most';
}

/**
 * Orders versions, newest last. Numeric parts are compared as numbers; what
 * semantic versioning cannot read is compared as text.
 */
export function compareVersions(a: string, b: string): number {
  const read = (text: string) => {
    const [, core, pre] = /^(\d+(?:\.\d+){0,2})(?:-(.+))?$/.exec(text) ?? [];
    if (!core) return null;
    const full = [...core.split('.'), '0', '0']
      .slice(0, 3)
      .map(Number)
      .join('.');
    const tail = pre
      ?.split('.')
      .map(part => part.replace(/^0+(?=\d)/, ''))
      .join('.');
    return semver.parse(tail ? `${full}-${tail}` : full);
  };
  const [x, y] = [read(a), read(b)];
  if (x && y) return semver.compare(x, y) || (a < b ? -1 : Number(a > b));
  return a < b ? -1 : Number(a > b);
}
