// Runs an installer: bounded in time and disk, and with its reason where it fails.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { killTree, packageOf } from './processes.mjs';
import { Failure, numberSetting } from './settings.mjs';
import { largestPackage, usage } from './usage.mjs';

const TIMEOUT_S = 900;
const LIMIT_BYTES = 4 * 1024 ** 3;
/** Of an installer's last words; a build that fails says a lot after what matters. */
const KEPT_LINES = 1000;
const LINE_LIMIT = 8192;
/** How long output is waited for after an installer has ended, in milliseconds. */
const LAST_WORDS_MS = 500;
/** Between two looks at the disk, in milliseconds; at least ten times as long as a look takes. */
const LOOK_MS = 500;

/**
 * The package an installer last spoke of.
 *
 * @param {string[]} lines
 */
function lastMentioned(lines) {
  for (const line of [...lines].reverse()) {
    const [, name] =
      /^(?:Collecting|Processing|Downloading|Building wheel for|Installing collected packages:.*,) +([^\s(]+)/.exec(
        line.trim(),
      ) ?? [];
    if (name) return name;
  }
  return undefined;
}

/**
 * Runs `command args` in `cwd`.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {string} [options.label] - what it is called in words
 * @param {string} [options.cwd]
 * @param {string[]} options.directories - what the installer fills
 * @param {string[]} options.packages - directories of packages among them
 * @param {(lines: string[]) => { message: string, cause?: string } | Promise<{ message: string, cause?: string }>} options.reason -
 *   why it failed, by the lines that it printed: a cause, and a message
 * @throws Failure that names the package where one is known
 */
export async function install(
  command,
  args,
  { label = command, cwd, directories, packages, reason },
) {
  const timeoutS = numberSetting('APP_STORE_INSTALL_TIMEOUT', TIMEOUT_S);
  const limit = numberSetting('APP_STORE_INSTALL_LIMIT', LIMIT_BYTES);
  // What others left among the temporary files is not the installer's.
  const before = usage(tmpdir());
  const taken = () =>
    [...new Set([...directories, tmpdir()])].reduce(
      (sum, directory) => sum + usage(directory),
      0,
    );
  console.log(`$ ${command} ${args.join(' ')}`);
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {string[]} */
  const tail = [];
  /** @type {(() => string)[]} */
  const rests = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    let rest = '';
    rests.push(() => rest);
    stream.on('data', text => {
      process.stdout.write(text);
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-LINE_LIMIT);
      tail.push(...lines.filter(line => line.trim()));
      tail.splice(0, Math.max(0, tail.length - KEPT_LINES));
    });
  }
  /** @type {string | undefined} */
  let stopped;
  /** @param {string} why */
  const stop = why => {
    const name =
      packageOf(child.pid) ?? lastMentioned(tail) ?? largestPackage(packages);
    stopped = `the app's dependencies ${why}${
      name ? `; ${label} was at ${name}` : ''
    }`;
    killTree(child);
  };
  const timer = setTimeout(
    () => stop(`were not installed within ${timeoutS} seconds`),
    timeoutS * 1000,
  );
  /** @type {NodeJS.Timeout} */
  let looking;
  const look = () => {
    const began = Date.now();
    const bytes = taken() - before;
    if (bytes > limit) stop(`take more than ${limit} bytes of disk`);
    else
      looking = setTimeout(look, Math.max(LOOK_MS, 10 * (Date.now() - began)));
  };
  looking = setTimeout(look, LOOK_MS);
  const code = await new Promise(resolve => {
    child.once('error', error => {
      tail.push(error.message);
      resolve(127);
    });
    // Not its output's end: what it started may hold that open for ever.
    child.once('exit', exit => setTimeout(() => resolve(exit), LAST_WORDS_MS));
    child.once('close', resolve);
  });
  child.stdout.destroy();
  child.stderr.destroy();
  clearTimeout(timer);
  clearTimeout(looking);
  if (stopped) throw new Failure(stopped);
  if (code !== 0) {
    tail.push(...rests.map(rest => rest()).filter(line => line.trim()));
    const { message, cause } = await reason(tail);
    throw new Failure(message, cause);
  }
}
