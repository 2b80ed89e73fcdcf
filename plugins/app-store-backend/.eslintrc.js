/** The folders of `src`, lowest first (docs/architecture.md). Resources may use each other, without a cycle. */
const LAYERS = [
  ['policy'],
  ['errors'],
  ['config'],
  ['database'],
  ['changes'],
  ['kubernetes', 'artifacts'],
  ['http'],
  ['epoch', 'auth'],
  ['audit'],
  ['idempotency'],
  [
    'aliases',
    'apps',
    'iam',
    'instances',
    'people',
    'platform',
    'secrets',
    'tags',
    'tokens',
  ],
  ['declarations'],
  ['catalog', 'gateway', 'reconcile', 'recovery'],
  ['doctor'],
  ['wiring'],
  // Suites over a whole store.
  ['cluster'],
  ['faults'],
];

module.exports = require('../../tools/layers.cjs')(__dirname, LAYERS, [
  'plugin.ts',
  'router.ts',
  'backgroundTasks.ts',
]);
