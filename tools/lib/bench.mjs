// `npm run bench -- <name>`: a benchmark that prints its figures and checks its budget.
/** @import { Toolchain } from './types' */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from './services.mjs';
import { ROOT } from './run.mjs';
import { Sentence } from './words.mjs';

/**
 * Runs a TypeScript program of `test/` to its end.
 *
 * @param {string} path
 * @param {string[]} args
 * @param {Toolchain} toolchain
 * @param {NodeJS.ProcessEnv} [env] - beside the tools' own
 */
export async function runTest(path, args, toolchain, env) {
  const tools = await toolchain();
  const child = spawn(
    tools.node,
    ['--require', '@backstage/cli/config/nodeTransform.cjs', path, ...args],
    { cwd: ROOT, env: { ...tools.env, ...env }, stdio: 'inherit' },
  );
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/**
 * `npm run fuzz -- [minutes] [seed]`
 *
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function fuzz(args, toolchain) {
  return runTest('test/fuzz/bundle.ts', args, toolchain);
}

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function bench(args, toolchain) {
  const names = readdirSync(join(ROOT, 'test/bench')).flatMap(
    file => /^(.*)\.ts$/.exec(file)?.slice(1) ?? [],
  );
  if (!names.includes(args[0]))
    throw new Sentence(`usage: npm run bench -- ${names.join('|')}`);
  // It measures what somebody sees who opens an app.
  const env = args[0] === 'enter' ? { CHROMIUM: await chromium() } : {};
  return runTest(`test/bench/${args[0]}.ts`, [], toolchain, env);
}
