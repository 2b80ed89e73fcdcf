// `npm run conformance -- <recordings.jsonl>`: the local cluster against recordings of a real one.
/** @import { Toolchain } from './types' */
import { runTest } from './bench.mjs';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function conformance(args, toolchain) {
  return runTest('test/conformance/main.ts', args, toolchain, {
    INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
  });
}
