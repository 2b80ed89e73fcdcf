// Parts of the tests that run by themselves, by their names, and what is left out of them all.

/** The suites of the access rules, for `npm run test:policy`; `unit` has them, too. */
const POLICY = [
  'plugins/app-store-backend/src/policy',
  'plugins/app-store-backend/src/http/everyRoute.test.ts',
];

/** What takes a minute each: `npm run test:all` has it, and `npm test -- long`. */
const LONG = [
  'packages/local-cluster/src/kubectl/day.test.ts',
  'packages/runtime-entry/src/installFailures.test.ts',
  'plugins/app-store-backend/src/database/indexes.test.ts',
  'plugins/app-store-backend/src/declarations/(kills|outages|replicas).test.ts',
  'plugins/app-store-backend/src/reconcile/(concurrency|stalledWorker).test.ts',
];

/**
 * Arguments of jest for all tests. Faults have a command of their own: `npm run test:faults`.
 *
 * @param {{ long: boolean }} options - whether those that take long are among them
 */
export const allTests = ({ long }) => [
  '--testPathIgnorePatterns',
  '/node_modules/',
  '/app-store-backend/src/faults/',
  ...(long ? [] : LONG),
];

/** What is declared, and the catalog, for `npm run test:catalog`; `unit` has them, too. */
const CATALOG = [
  'plugins/app-store-backend/src/declarations',
  'plugins/app-store-backend/src/catalog',
  'plugins/app-store-common/src/declarations',
  'plugins/catalog-backend-module-app-store',
  'plugins/search-backend-module-app-store',
  'packages/git-host',
];

/** The suites of jest that have a name of their own. */
export const SUITES = {
  policy: POLICY,
  catalog: CATALOG,
  cluster: ['plugins/app-store-backend/src/cluster'],
  long: LONG,
  /** What needs no nodes. */
  objects: ['plugins/app-store-backend/src/cluster/objects.test.ts'],
};
