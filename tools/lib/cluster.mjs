// `npm run test:cluster`: the whole life of an instance, on the local cluster or on any other.
//
//   KUBECONFIG=FILE   the cluster; a local one where it is not set
//   TEST_IMAGES=…     images that the cluster has, see docs/operate.md
//   RECORD=FILE       writes every exchange with the API
//   -- --no-nodes     for a cluster where no pod ever runs
/** @import { Toolchain } from './types' */
import { delimiter, resolve } from 'node:path';
import { test } from './test.mjs';
import { Sentence } from './words.mjs';

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function testCluster(args, toolchain) {
  const unknown = args.find(arg => arg !== '--no-nodes');
  if (unknown)
    throw new Sentence(
      `usage: npm run test:cluster [-- --no-nodes]  (${unknown} is not known)`,
    );
  const { env } = process;
  /** @param {string} path */
  const absolute = path => resolve(env.INIT_CWD ?? '.', path);
  if (env.KUBECONFIG) {
    if (env.KUBECONFIG.includes(delimiter))
      throw new Sentence('KUBECONFIG must name one file here.');
    env.TEST_KUBECONFIG = absolute(env.KUBECONFIG);
  }
  if (env.RECORD) env.TEST_RECORD = absolute(env.RECORD);
  return test([args.length ? 'objects' : 'cluster'], toolchain);
}
