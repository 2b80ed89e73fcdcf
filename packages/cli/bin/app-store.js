#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// In a checkout there is no build: the sources are run as they are.
const isCheckout = existsSync(join(__dirname, '../src/index.ts'));
if (isCheckout) {
  require('@backstage/cli/config/nodeTransform.cjs');
}

const { main } = require(isCheckout ? '../src' : '../dist/index.cjs.js');

main(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
