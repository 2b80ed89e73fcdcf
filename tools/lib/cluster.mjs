// `npm run test:cluster`: the whole life of an instance, on the local cluster or on any other.
//
//   KUBECONFIG=FILE   the cluster; a local one where it is not set
//   TEST_IMAGES=…     images that the cluster has, see docs/operate.md
//   RECORD=FILE       writes every exchange with the API
//   -- --no-nodes     for a cluster where no pod ever runs
//   -- life           only the files with this word in their paths
//   -- -t 'words'     only the tests with these words in their names
/** @import { Toolchain } from './types' */
import { delimiter, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { test } from './test.mjs';
import { Sentence } from './words.mjs';

/** @param {string[]} args */
function asked(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'no-nodes': { type: 'boolean' },
        'test-name-pattern': { type: 'string', short: 't' },
      },
    });
    return {
      ...values,
      names: values['test-name-pattern'],
      files: positionals,
    };
  } catch (error) {
    throw new Sentence(
      `usage: npm run test:cluster [-- --no-nodes] [FILE …] [-t WORDS]  (${
        /** @type {Error} */ (error).message
      })`,
    );
  }
}

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function testCluster(args, toolchain) {
  const { 'no-nodes': noNodes, names, files } = asked(args);
  const { env } = process;
  /** @param {string} path */
  const absolute = path => resolve(env.INIT_CWD ?? '.', path);
  if (env.KUBECONFIG) {
    if (env.KUBECONFIG.includes(delimiter))
      throw new Sentence('KUBECONFIG must name one file here.');
    env.TEST_KUBECONFIG = absolute(env.KUBECONFIG);
  }
  if (env.RECORD) env.TEST_RECORD = absolute(env.RECORD);
  return test([noNodes ? 'objects' : 'cluster'], toolchain, {
    files,
    names,
  });
}
