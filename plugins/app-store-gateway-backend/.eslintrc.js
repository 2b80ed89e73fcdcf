/** The folders of `src`, lowest first. */
const LAYERS = [
  ['routing'],
  ['pages'],
  ['sessions'],
  ['upstream'],
  ['authorize'],
  ['server'],
];

module.exports = require('../../tools/layers.cjs')(__dirname, LAYERS, [
  'plugin.ts',
]);
