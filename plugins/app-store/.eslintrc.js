/** The folders of `src`, lowest first. */
const LAYERS = [['api'], ['hooks'], ['components'], ['pages', 'entity']];

module.exports = require('../../tools/layers.cjs')(__dirname, LAYERS, [
  'plugin.tsx',
]);
