// The suites of the access rules that need no PostgreSQL and leave nothing to chance,
// for the mutation check. The random worlds (filters.test.ts) are part of the unit tests.
const { join } = require('node:path');

module.exports = {
  rootDir: join(__dirname, '../../plugins/app-store-backend'),
  testEnvironment: 'node',
  testMatch: ['**/src/policy/*.test.ts'],
  testPathIgnorePatterns: ['filters\\.test'],
  transform: { '\\.ts$': require.resolve('@swc/jest') },
};
