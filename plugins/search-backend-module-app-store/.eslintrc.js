module.exports = require('../../tools/layers.cjs')(__dirname);
