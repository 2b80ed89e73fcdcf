// `npm run test:diagnosis [-- FILE]`: what the store says of recorded failures of a real cluster.
/** @import { Toolchain } from './types' */
import { runTest } from './bench.mjs';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function testDiagnosis(args, toolchain) {
  return runTest('test/diagnosis/main.ts', args, toolchain, {
    INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
  });
}
