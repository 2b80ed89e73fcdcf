// Programs that the tools start, and end with themselves.
/** @import { Ran, RunOptions } from './types' */
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Programs that run now.
 *
 * @type {Set<import('node:child_process').ChildProcess>}
 */
const running = new Set();

/** Ends them all: the signal that ends this process is theirs, too. */
function endAll() {
  for (const { pid } of running)
    try {
      if (pid) process.kill(-pid, 'SIGTERM');
    } catch {
      // It ended by itself just now.
    }
}

/**
 * Runs a program to its end; its output passes through, is told line by line (`onLine`), or
 * is collected.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ran>}
 */
export function run(command, args, options = {}) {
  const { collect, onLine, ...rest } = options;
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio:
        collect || onLine
          ? ['ignore', 'pipe', 'pipe']
          : ['ignore', 'inherit', 'inherit'],
      // A group of its own, so that it can be ended with all that it started.
      detached: true,
      ...rest,
    });
    running.add(child);
    /** @type {[name: string, end: () => void][]} */
    const ends = Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }).map(
      ([signal, code]) => [
        signal,
        () => {
          endAll();
          process.exit(code);
        },
      ],
    );
    for (const [signal, end] of ends) process.once(signal, end);
    let output = '';
    if (collect)
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', text => (output += text));
    if (onLine)
      for (const input of [child.stdout, child.stderr])
        if (input) createInterface({ input }).on('line', onLine);
    child.once('error', fail);
    child.once('close', (code, signal) => {
      for (const [name, end] of ends) process.off(name, end);
      running.delete(child);
      done({ code: code ?? (signal ? 128 : 1), output });
    });
  });
}

/**
 * Waits for all of them, also where one fails: nothing is said after the failure.
 *
 * @template {readonly unknown[]} T
 * @param {[...{ [K in keyof T]: Promise<T[K]> }]} promises
 * @returns {Promise<T>}
 */
export async function all(promises) {
  await Promise.allSettled(promises);
  return /** @type {any} */ (Promise.all(promises));
}

/**
 * Does jobs in turn.
 *
 * @template T
 * @param {Array<() => Promise<T>>} jobs
 * @param {number} lanes - how many go on at a time
 * @returns {Promise<T[]>} in the order in which they ended
 */
export async function inLanes(jobs, lanes) {
  /** @type {T[]} */
  const results = [];
  const left = [...jobs];
  const lane = async () => {
    for (let job = left.shift(); job; job = left.shift())
      results.push(await job());
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
