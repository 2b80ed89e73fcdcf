/** The folders of `src`, lowest first. */
const LAYERS = [
  ['schema'],
  ['store'],
  ['apply'],
  ['registry'],
  ['auth'],
  ['server'],
  ['controllers', 'kubelet'],
];

module.exports = require('../../tools/layers.cjs')(__dirname, LAYERS, [
  'LocalCluster.ts',
  'main.ts',
]);
