// Why npm failed. It says so itself in lines that begin with `npm error`.
import {
  DEPENDENCIES_FAILED,
  DISK_FULL,
  hostOf,
  INDEX_UNREACHABLE,
  indexCause,
  isDiskFull,
  lastBuildError,
  sentence,
  printed,
  unreachableHost,
} from './causes.mjs';

/** Codes of connections and of TLS, as Node.js names them. */
const NETWORK_CODE =
  /^(E(CONN\w+|NOTFOUND|AI_AGAIN|TIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE)|ERR_SOCKET_TIMEOUT|ERR_TLS\w*|ERR_SSL\w*|UNABLE_TO_\w+|\w*SELF_SIGNED\w*|CERT_\w+|FETCH_ERROR)$/;
/** Lines that help nobody who reads the reason only. */
const IDLE =
  /^(A complete log|In most cases|Note that|tarball, folder|If you are behind|To (correct|fix) this|at |[{}]|\w+: '|Fix the upstream|Retry this|This command|\d+$)/;

/**
 * A part of an address as it is meant; as it stands where it is not encoded well.
 *
 * @param {string} text
 */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The package that a directory below `node_modules` holds.
 *
 * @param {string | undefined} path
 */
function packageAt(path) {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path ?? '')?.[1];
}

/**
 *
 * @param {string[]} output
 * @returns cause, and a message that names the package or the host
 */
export async function npmReason(output) {
  // `npm error`, and `npm ERR!` of npm 9 and older.
  const errors = output.flatMap(line => {
    const [, text] = /^npm (?:error|ERR!) ?(.*)$/.exec(line) ?? [];
    return text === undefined ? [] : [text];
  });
  /** @param {string} name */
  const field = name =>
    errors.find(line => line.startsWith(`${name} `))?.slice(name.length + 1);
  const code = field('code') ?? '';
  // Warnings of it may be of other things, such as file watchers.
  const full = isDiskFull(errors.filter(line => !/watchers/.test(line)));
  if (full)
    return {
      cause: DISK_FULL,
      message: `the disk is full: npm could not write the app's dependencies (${sentence(
        [full.replace(/^npm (error|ERR!|warn|WARN) /, '')],
      )})`,
    };
  const text = errors.join('\n');
  const registry =
    process.env.npm_config_registry ||
    (await printed('npm', ['config', 'get', 'registry']));
  const url =
    /- [A-Z]+ (https?:\/\/\S+)/.exec(text)?.[1] ??
    /request to (https?:\/\/\S+) failed/.exec(text)?.[1];
  const host = hostOf(url ?? registry);
  const own = host !== undefined && host === hostOf(registry);
  const asked =
    url && registry && own
      ? decoded(
          new URL(url).pathname
            .slice(new URL(registry).pathname.length)
            .replace(/^\//, '')
            .split('/-/')[0],
        )
      : undefined;
  const status = /^E([45]\d\d)$/.exec(code)?.[1];
  const ofIndex =
    (status || NETWORK_CODE.test(code)) &&
    indexCause({
      host,
      url,
      own,
      name: asked,
      status: status ? Number(status) : undefined,
      reason: NETWORK_CODE.test(code)
        ? /reason: (.+)/.exec(text)?.[1] ?? code
        : undefined,
    });
  if (ofIndex) return ofIndex;

  const path = field('path');
  // A script of a package, or git, ended with this exit code.
  if (/^\d+$/.test(code) || code === 'ELIFECYCLE') {
    const away = unreachableHost(errors);
    const name = packageAt(path);
    if (away)
      return {
        cause: INDEX_UNREACHABLE,
        message: `${away.host ?? 'a host'} cannot be reached${
          name ? `, which ${name} needs to be built` : ''
        }: ${sentence([away.line.replace(/^(gyp ERR! stack |fatal: )/, '')])}`,
      };
    const script = field('command sh -c') ?? field('command');
    const told =
      lastBuildError(errors) ??
      errors
        .filter(line => !IDLE.test(line) && !/^(code|path|command) /.test(line))
        .at(-1);
    return {
      cause: DEPENDENCIES_FAILED,
      message: `npm could not install ${name ?? "the app's dependencies"}: ${
        script ? `\`${sentence([script])}\` failed: ` : ''
      }${sentence([told ?? `exit code ${code}`])}`,
    };
  }
  const name =
    code === 'E404'
      ? asked ?? /'([^']+)' (?:is not in|could not)/.exec(text)?.[1]
      : /(?:found for|platform for|engine for) ((?:@[^/\s]+\/)?[^@\s]+@\S*[^\s.:])/.exec(
          text,
        )?.[1];
  const lines = errors
    .filter(line => !/^(code|syscall|errno|path|dest) /.test(line))
    .map(line =>
      line.replace(
        /^(\d{3}|notarget|notsup|network|JSON\.parse|ERESOLVE) /,
        '',
      ),
    )
    .map(line => line.trim())
    .filter(line => line && !IDLE.test(line));
  return {
    cause: DEPENDENCIES_FAILED,
    message: `npm could not install ${name ?? "the app's dependencies"}: ${
      sentence(lines) || sentence(output.slice(-3)) || 'it said nothing'
    }`,
  };
}
