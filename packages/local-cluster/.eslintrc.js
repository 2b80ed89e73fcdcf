/** The folders of `src`, lowest first. */
const LAYERS = [
  ['schema'],
  ['codec'],
  ['store'],
  ['table', 'apply'],
  ['registry', 'admission'],
  ['auth', 'events'],
  ['openapi'],
  ['server', 'faults'],
  ['controllers', 'kubelet'],
  ['hollow'],
];

module.exports = require('../../tools/layers.cjs')(__dirname, LAYERS, [
  'startLocalCluster.ts',
  'openCluster.ts',
  'main.ts',
]);
