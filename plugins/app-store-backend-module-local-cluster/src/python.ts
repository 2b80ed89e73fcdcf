/** Finds the Python of this machine that apps are run with. */
import { execFileSync } from 'node:child_process';

/** How long an interpreter may take to say what it is, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** `/usr/bin` after what a person put before it; the first one with pip is taken. */
const CANDIDATES = ['python3', '/usr/bin/python3', '/usr/local/bin/python3'];
const ABOUT = `import sys, json, importlib.util
print(json.dumps({
  "prefix": sys.base_prefix,
  "version": list(sys.version_info[:2]),
  "venv": bool(importlib.util.find_spec("venv")),
  "pip": bool(importlib.util.find_spec("pip")),
}))`;

/** An interpreter of this machine. */
export interface LocalPython {
  /** `bin/python3` lies below it. */
  prefix: string;
  /** Whether it can install packages. */
  pip: boolean;
}

function look(command: string): LocalPython | undefined {
  try {
    const { prefix, version, venv, pip } = JSON.parse(
      execFileSync(command, ['-c', ABOUT], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: TIMEOUT_MS,
      }),
    );
    const [major, minor] = version;
    return venv && major === 3 && minor >= 8 ? { prefix, pip } : undefined;
  } catch {
    return undefined;
  }
}

/** The first interpreter with pip, else the first one; undefined where there is none. */
export function findPython(): LocalPython | undefined {
  let first: LocalPython | undefined;
  for (const candidate of CANDIDATES) {
    const found = look(candidate);
    if (found?.pip) return found;
    first ??= found;
  }
  return first;
}
