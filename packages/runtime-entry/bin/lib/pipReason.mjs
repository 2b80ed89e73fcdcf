// Why pip failed. It calls a package missing as well where its index could not be
// reached or refused: then the index is asked once more, and what it says counts.
import {
  DEPENDENCIES_FAILED,
  DISK_FULL,
  hostOf,
  INDEX_UNREACHABLE,
  indexCause,
  isDiskFull,
  lastBuildError,
  printed,
  sentence,
  unreachableHost,
} from './causes.mjs';
import { ask } from './store.mjs';

/** Prints the index that pip asks where it is told of none. */
const DEFAULT_INDEX =
  'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
const ASK_TIMEOUT_MS = 15_000;

/**
 * The name in a requirement, as an index has it (PEP 503).
 *
 * @param {string} requirement
 */
function indexName(requirement) {
  return /^[A-Za-z0-9._-]+/
    .exec(requirement)?.[0]
    .replace(/[-_.]+/g, '-')
    .toLowerCase();
}

/**
 * The indexes that pip looked in; the store's with its credentials, which pip hides.
 *
 * @param {string[]} lines
 */
async function indexesIn(lines) {
  const own =
    process.env.PIP_INDEX_URL ||
    (await printed('python3', ['-c', DEFAULT_INDEX]));
  const line = lines.filter(text => /Looking in indexes: /.test(text)).at(-1);
  const named = line
    ? line.split('Looking in indexes: ')[1].split(', ')
    : [own ?? ''];
  return named
    .map(url => url.trim())
    .filter(url => URL.canParse(url))
    .map(url => {
      const isOwn = hostOf(url) === hostOf(own);
      return { url: isOwn && own ? own : url, host: hostOf(url), own: isOwn };
    });
}

/**
 * What an index says of a package: a status, or why it could not be asked.
 *
 * @param {{ url: string }} index
 * @param {string | undefined} name
 */
async function asked({ url }, name) {
  const target = new URL(`${url.replace(/\/$/, '')}/${name}/`);
  const { username, password } = target;
  target.username = '';
  target.password = '';
  try {
    const response = await ask(target.href, {
      headers: {
        accept: 'text/html',
        ...(username
          ? {
              authorization: `Basic ${Buffer.from(
                `${decodeURIComponent(username)}:${decodeURIComponent(
                  password,
                )}`,
              ).toString('base64')}`,
            }
          : {}),
      },
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    response.resume();
    return { status: response.statusCode };
  } catch (error) {
    return { reason: error.message || error.code };
  }
}

/**
 * The package whose build failed.
 *
 * @param {string[]} lines
 */
function builtPackage(lines) {
  for (const line of [...lines].reverse()) {
    const [, name] =
      /Failed to build installable wheels for some pyproject\.toml based projects \(([^),\s]+)|(?:Failed building wheel for|Building wheel for|Failed to build(?! installable| one or more)|Could not build wheels for) ([^\s(,]+)|^\s*(?:Collecting|Processing) ([^\s(]+)/
        .exec(line)
        ?.filter(Boolean) ?? [];
    if (name) return name.replace(/^.*\//, '');
  }
  return undefined;
}

/**
 * @param {string[]} output
 * @returns {Promise<import('./causes.mjs').Told>} cause, and a message that names the package or the host
 */
export async function pipReason(output) {
  const lines = output.map(line => line.replace(/^[\s│╰─>]+/u, '').trim());
  const full = isDiskFull(lines);
  if (full)
    return {
      cause: DISK_FULL,
      message:
        "the disk is full: pip could not write the app's dependencies (No space left on device)",
    };
  const text = lines.join('\n');
  const none =
    /Could not find a version that satisfies the requirement (.+?) \((?:from [^()]+\) \()?from versions: none\)/.exec(
      text,
    );
  const offline = process.env.PIP_NO_INDEX;
  if (none && !offline) {
    const name = indexName(none[1]);
    const answers = [];
    for (const index of name ? await indexesIn(lines) : [])
      answers.push(
        indexCause({ ...index, ...(await asked(index, name)), name }),
      );
    // The store's own index first: what is wrong there is found out by nobody else.
    const found = answers.find(Boolean);
    if (found) return found;
  }
  const [, direct] =
    /HTTPS?ConnectionPool\(host='([^']+)'.*Max retries exceeded/.exec(
      lines.filter(line => /^ERROR:/.test(line)).join('\n'),
    ) ?? [];
  // What pip only tried again may have answered: then the reason is another one.
  const final = lines.filter(line => !/^WARNING: Retrying /.test(line));
  const answered =
    /from versions: (?!none\))/.test(text) || lastBuildError(final);
  const away = direct ? { host: direct } : !answered && unreachableHost(final);
  if (away && !none) {
    const reason = direct
      ? /(Errno -?\d+\] [^')]+|timed out|certificate verify failed[^')]*)/
          .exec(text)?.[1]
          ?.replace(/^Errno -?\d+\] /, '')
      : 'line' in away && away.line.replace(/^fatal: /, '');
    return {
      cause: INDEX_UNREACHABLE,
      message: `${away.host ?? 'a host'} cannot be reached${
        reason ? `: ${sentence([reason])}` : ''
      }`,
    };
  }
  const refused = /HTTP error (\d{3}) while getting (\S+)/.exec(text);
  if (refused) {
    const host = hostOf(refused[2]);
    const cause = indexCause({
      host,
      status: Number(refused[1]),
      own: (await indexesIn(lines)).some(
        index => index.own && index.host === host,
      ),
    });
    if (cause) return cause;
  }
  const errors = lines
    .filter(line => /^ERROR: /.test(line))
    .map(line => line.slice('ERROR: '.length));
  const failedBuild =
    /subprocess-exited-with-error|Failed building wheel|metadata-generation-failed|Failed to build/.test(
      text,
    );
  if (failedBuild && !none) {
    const lastWords = errors.length ? errors : lines.slice(-3);
    const told = lastBuildError(lines);
    return {
      cause: DEPENDENCIES_FAILED,
      message: `pip could not install ${
        builtPackage(lines) ?? "the app's dependencies"
      }, which has to be built: ${sentence(told ? [told] : lastWords)}`,
    };
  }
  const [, wanted] =
    none ??
    /satisfies the requirement (.+?) \(from/.exec(text) ??
    /Cannot install (.+?) because/.exec(text) ??
    /Invalid requirement: '?([^'\n]+)/.exec(text) ??
    [];
  const conflict = lines
    .slice(lines.findIndex(line => /^The conflict is caused by/.test(line)) + 1)
    .filter(line => / depends on | user requested /.test(line));
  const decisive = [
    ...errors.filter(line => !/^(ResolutionImpossible|Ignored)/.test(line)),
    ...conflict,
    ...errors.filter(line => /^Ignored/.test(line)),
  ];
  return {
    cause: DEPENDENCIES_FAILED,
    message: `pip could not install ${wanted ?? "the app's dependencies"}: ${
      sentence(decisive) ||
      sentence(lines.filter(Boolean).slice(-2)) ||
      'it said nothing'
    }`,
  };
}
