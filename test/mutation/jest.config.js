// The pure suites of the access rules, for the mutation check.
const { join } = require('node:path');

module.exports = {
  rootDir: join(__dirname, '../../plugins/app-store-backend'),
  testEnvironment: 'node',
  testMatch: ['**/src/policy/*.test.ts'],
  transform: { '\\.ts$': require.resolve('@swc/jest') },
};
