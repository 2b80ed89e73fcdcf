// Why an installation failed, told by what its installer printed: shared by npm and pip.
// The store knows whose each cause is (`dependencyProblem` in the backend).

import { execFile } from 'node:child_process';
import { proxyFor } from './store.mjs';

/** @typedef {{ cause: string, message: string }} Told the cause of a failure, and its reason in words */

/** The app asks for what is not there, or cannot be built: its author's. */
export const DEPENDENCIES_FAILED = 'DEPENDENCIES_FAILED';
/** No connection to the package index, or to another host that a dependency comes from. */
export const INDEX_UNREACHABLE = 'INDEX_UNREACHABLE';
/** The store's package index asks for a sign-in, or forbids. */
const INDEX_REFUSED = 'INDEX_REFUSED';
/** The package index answers with a failure of its own, or too rarely. */
const INDEX_FAILED = 'INDEX_FAILED';
export const DISK_FULL = 'DISK_FULL';
/** The runtime image cannot do what it is for. */
export const RUNTIME_FAILED = 'RUNTIME_FAILED';

/** A program that prints one setting has this long, in milliseconds. */
const PRINT_MS = 10_000;
/** Lines of an installer's output that are repeated as its reason. */
const REASON_LINES = 3;
const LINE_LIMIT = 300;

/** What tells most of a failed build first: a compiler's word, a linker's, an exception, make's. */
const BUILD_ERRORS = [
  /^.+:\d+(:\d+)?: (fatal )?error: .+|^error\[E\d+\]: .+/,
  /undefined reference to .+|^(ld|collect2): .*error.*|: (command )?not found$/,
  /^(\w+\.)*\w*(Error|Exception): .+/,
  /^error: (?!subprocess-exited|metadata-generation).+|^make.*: \*\*\* .+|^CMake Error.*|^gyp ERR! stack Error: .+/i,
];

/**
 * A text without the credentials of the addresses in it.
 *
 * @param {string} text
 */
function withoutCredentials(text) {
  return text.replace(/(\w+:\/\/)[^/\s@]+@/g, '$1');
}

/**
 * Lines as a reason: each once, few and short.
 *
 * @param {string[]} lines
 * @param {number} [limit]
 */
export function sentence(lines, limit = REASON_LINES) {
  return [...new Set(lines.map(line => line.trim()).filter(Boolean))]
    .slice(0, limit)
    .map(line => withoutCredentials(line).slice(0, LINE_LIMIT))
    .join('; ');
}

/**
 * What a failed build says in the end: its last compiler error, or the next best.
 *
 * @param {string[]} lines
 */
export function lastBuildError(lines) {
  const texts = lines.map(line => line.replace(/^[\s│|╰─>]+/u, '').trim());
  return BUILD_ERRORS.map(pattern =>
    texts.filter(line => pattern.test(line)).at(-1),
  ).find(Boolean);
}

/** @param {string[]} lines */
export function isDiskFull(lines) {
  return lines.find(line =>
    /ENOSPC|No space left on device|\[Errno 28\]|Disk quota exceeded/.test(
      line,
    ),
  );
}

/**
 * `Could not resolve host: git.example`: of git, curl and the like.
 *
 * @param {string[]} lines
 */
export function unreachableHost(lines) {
  const line = lines.find(text =>
    /Could not resolve host|Failed to connect to|Connection (refused|timed out)|Network is unreachable|related to network connectivity/i.test(
      text,
    ),
  );
  if (!line) return undefined;
  const host =
    /resolve host: ([\w.-]+)|connect to ([\w.-]+)|access '\w+:\/\/(?:[^/@]*@)?([^/':]+)|GET \w+:\/\/([^/:\s]+)/
      .exec([line, ...lines].join('\n'))
      ?.slice(1)
      .find(Boolean);
  return { line, host };
}

/**
 * `registry.example:4873`
 *
 * @param {string | undefined} url
 */
export function hostOf(url) {
  return url && URL.canParse(url) ? new URL(url).host : undefined;
}

/**
 * What a program prints, as one line; undefined where it does not run.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string | undefined>}
 */
export function printed(command, args) {
  return new Promise(resolve =>
    execFile(command, args, { timeout: PRINT_MS }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim() || undefined),
    ),
  );
}

/**
 * Why an index does not give what is asked of it.
 *
 * @param {object} options
 * @param {string} [options.host]
 * @param {string} [options.url] - what was asked
 * @param {number} [options.status]
 * @param {string} [options.reason]
 * @param {boolean} [options.own] - whether it is the index that the store is set to
 * @param {string} [options.name] - the package that was asked for
 * @returns {Told | undefined}
 */
export function indexCause({ host, url, status, reason, own, name }) {
  const index = own ? `the package index ${host}` : host;
  const asked = name ? ` when asked for ${name}` : '';
  // A proxy says so where it finds no way.
  const noWay = (status === 502 || status === 504) && url && proxyFor(url);
  if (noWay)
    return indexCause({
      host,
      own,
      name,
      reason: `the proxy answered ${status}`,
    });
  if (status === undefined)
    return {
      cause: INDEX_UNREACHABLE,
      message: `${index} cannot be reached${asked}${
        reason ? `: ${reason}` : ''
      }`,
    };
  if (status === 401 || status === 403 || status === 407)
    return {
      cause: own ? INDEX_REFUSED : DEPENDENCIES_FAILED,
      message: `${index} refused access (${status})${asked}`,
    };
  if (status === 429 || status >= 500)
    return {
      cause: INDEX_FAILED,
      message: `${index} answered with an error (${status})${asked}`,
    };
  return undefined;
}
