/**
 * Naming rules (specification section 2), shared by browser, server and command
 * line.
 */

/**
 * Longest name, version, and `<name>-<version>`, in characters.
 *
 * @public
 */
export const NAME_LIMIT = 63;
const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SECRET_NAME =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SECRET_KEY = /^[A-Za-z0-9._-]{1,253}$/;
const NUMERIC_VERSION = /^\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?$/;

/**
 * Why a text cannot be an app's name; undefined where it can.
 *
 * @public
 */
export function appNameProblem(name: string): string | undefined {
  if (!name) return 'is empty';
  if (name.length > NAME_LIMIT)
    return `is longer than ${NAME_LIMIT} characters`;
  if (!NAME.test(name))
    return 'can contain letters, digits, "-", "_" and ".", and must start and end with a letter or digit';
  return undefined;
}

/**
 * Why a text cannot be an app's version: `MAJOR[.MINOR[.PATCH]][-pre]`.
 *
 * @public
 */
export function appVersionProblem(version: string): string | undefined {
  const problem = appNameProblem(version);
  if (problem) return problem;
  if (!NUMERIC_VERSION.test(version))
    return 'is not of the form MAJOR[.MINOR[.PATCH]][-pre-release]';
  return undefined;
}

/**
 * Why a name and a version do not go together.
 *
 * @public
 */
export function appIdentityProblem(
  name: string,
  version: string,
): string | undefined {
  return `${name}-${version}`.length > NAME_LIMIT
    ? `name and version together (with a "-" between them) are longer than ${NAME_LIMIT} characters`
    : undefined;
}

/**
 * Why a text cannot be a secret's name.
 *
 * @public
 */
export function secretNameProblem(name: string): string | undefined {
  if (name.length > NAME_LIMIT)
    return `is longer than ${NAME_LIMIT} characters`;
  if (!SECRET_NAME.test(name))
    return 'can contain lower case letters, digits, "-" and ".", and must start and end with a letter or digit';
  return undefined;
}

/**
 * Why a text cannot be a key of a secret.
 *
 * @public
 */
export function secretKeyProblem(key: string): string | undefined {
  return SECRET_KEY.test(key)
    ? undefined
    : 'can contain letters, digits, ".", "_" and "-", at most 253 characters';
}

/** Of a host name; with what is set before it, it fits into a column of 255. */
const HOST_LIMIT = 240;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Why a text cannot be a host name: labels (RFC 1123) in lower case, the last one not a number. */
function hostNameProblem(name: string): string | undefined {
  if (name.length > HOST_LIMIT)
    return `is longer than ${HOST_LIMIT} characters`;
  const labels = name.split('.');
  if (labels.some(label => label.length > NAME_LIMIT || !LABEL.test(label)))
    return `is not a host name: between its dots there can be lower case letters, digits and "-", at most ${NAME_LIMIT}`;
  if (/^\d+$/.test(labels[labels.length - 1])) return 'is an address';
  return undefined;
}

/**
 * Whether a name is a host name outside the apps' domain, where an admin lists it.
 *
 * @param hosts - `dash.example.org`, or `*.example.org` for all one label below
 * @public
 */
export function isListedHost(name: string, hosts: readonly string[]): boolean {
  if (hosts.includes(name)) return true;
  const [label, ...rest] = name.split('.');
  return (
    rest.length > 0 &&
    aliasNameProblem(label) === undefined &&
    hosts.includes(`*.${rest.join('.')}`)
  );
}

/**
 * Whether the gateway serves an alias of this name: one below the apps' domain, or a whole host name that an admin lists.
 *
 * @param hosts - as {@link isListedHost} has them
 * @public
 */
export function isServedAlias(name: string, hosts: readonly string[]): boolean {
  return !name.includes('.') || isListedHost(name, hosts);
}

/**
 * The host name of an instance or of an alias.
 *
 * @param label - the id of an instance or the name of an alias; with dots it is a host name by itself
 * @param domain - the apps' domain
 * @public
 */
export function appHost(label: string, domain: string): string {
  return label.includes('.') ? label : `${label}.${domain}`;
}

/**
 * Where an instance or an alias is opened, without a path; scheme and port are those of all apps.
 *
 * @param label - as {@link appHost} has it
 * @param apps - scheme, domain and port of apps
 * @public
 */
export function appOrigin(
  label: string,
  apps: Pick<URL, 'protocol' | 'hostname' | 'port'>,
): string {
  const { protocol, hostname, port } = apps;
  return `${protocol}//${appHost(label, hostname)}${port ? `:${port}` : ''}`;
}

/**
 * Why a text cannot be an alias: one label of a host name (RFC 1123), in lower case, or a
 * host name outside the apps' domain, which an admin has to list.
 *
 * @public
 */
export function aliasNameProblem(name: string): string | undefined {
  if (name.includes('.')) return hostNameProblem(name);
  if (name.length > NAME_LIMIT)
    return `is longer than ${NAME_LIMIT} characters`;
  if (!LABEL.test(name))
    return 'can contain lower case letters, digits and "-", and must start and end with a letter or digit';
  // Such a label is read as an internationalised name (RFC 5890), and may look like another one.
  if (/^..--/.test(name)) return 'has "--" as its third and fourth character';
  return undefined;
}

/**
 * Sortable text for a version: in every collation the same order as that of
 * semantic versioning, where missing parts count as 0. Versions of equal
 * precedence are ordered by their text.
 *
 * @public
 */
export function versionKey(version: string): string {
  const [, core = '', pre] =
    /^(\d+(?:\.\d+){0,2})(?:-([^+]*))?/.exec(version) ?? [];
  // The number of digits first: 9 comes before 10.
  const number = (text: string) => {
    const digits = text.replace(/^0+(?=\d)/, '');
    return `${String(digits.length).padStart(2, '0')}${digits}`;
  };
  const parts = [...core.split('.').filter(Boolean), '0', '0', '0'].slice(0, 3);
  const words = pre
    ? `-${pre
        .split('.')
        .map(word => (/^\d+$/.test(word) ? `0${number(word)}` : `1${word}`))
        .map(word => `${word}\u0001`)
        .join('')}`
    : '~';
  const bytes = new TextEncoder().encode(
    `${parts.map(number).join('')}${words}\u0000${version}`,
  );
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Orders versions, newest last.
 *
 * @public
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionKey(a), versionKey(b)];
  return x < y ? -1 : Number(x > y);
}
