/** The folders of `src`, lowest first. */
const LAYERS = [
  ['api'],
  ['hooks'],
  ['components'],
  ['declarations'],
  ['pages', 'entity'],
];

module.exports = require('../../tools/layers.cjs')(__dirname, LAYERS, [
  'plugin.tsx',
]);
