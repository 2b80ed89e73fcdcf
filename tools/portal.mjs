// What `npm start`, `npm test` and the other scripts run. Needs a Node.js of
// version 18 or newer and npm; fetches whatever else there is to fetch.
import { toolchain } from './lib/toolchain.mjs';
import { Sentence } from './lib/words.mjs';

/** @type {Record<string, () => Promise<(args: string[], tools: import('./lib/types').Toolchain) => Promise<number>>>} */
const commands = {
  start: () => import('./lib/start.mjs').then(m => m.start),
  production: () => import('./lib/production.mjs').then(m => m.production),
  dev: () => import('./lib/dev.mjs').then(m => m.dev),
  test: () => import('./lib/test.mjs').then(m => m.test),
  'test:times': () => import('./lib/test.mjs').then(m => m.times),
  'test:all': () => import('./lib/test.mjs').then(m => m.testAll),
  defences: () => import('./lib/defences.mjs').then(m => m.testDefences),
  mutation: () => import('./lib/test.mjs').then(m => m.mutation),
  fuzz: () => import('./lib/bench.mjs').then(m => m.fuzz),
  bench: () => import('./lib/bench.mjs').then(m => m.bench),
  conformance: () => import('./lib/conformance.mjs').then(m => m.conformance),
  'test:cluster': () => import('./lib/cluster.mjs').then(m => m.testCluster),
  'test:faults': () => import('./lib/faults.mjs').then(m => m.testFaults),
  diagnosis: () => import('./lib/diagnosis.mjs').then(m => m.testDiagnosis),
  'test:images': () => import('./lib/images/check.mjs').then(m => m.testImages),
  'test:packages': () =>
    import('./lib/packages/check.mjs').then(m => m.testPackages),
  images: () => import('./lib/images/images.mjs').then(m => m.images),
  'app-store': () => import('./lib/cli.mjs').then(m => m.cli),
  'git-host': () => import('./lib/gitHost.mjs').then(m => m.gitHost),
  'local-cluster': () =>
    import('./lib/localCluster.mjs').then(m => m.localCluster),
};

// What is kept is this user's alone: databases hold secrets.
process.umask(0o077);

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name ?? '')) {
  console.error(`usage: portal.mjs ${Object.keys(commands).join('|')}`);
  process.exit(2);
}
try {
  const command = await commands[name]();
  process.exitCode = await command(args, toolchain);
} catch (error) {
  // What is known to go wrong is one sentence; everything else is a fault of ours, with its trace.
  console.error(error instanceof Sentence ? `\n${error.message}\n` : error);
  process.exitCode = 1;
}
