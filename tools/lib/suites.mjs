// Parts of the tests that run by themselves, by their names, and what is left out of them all.

/** The suites of the access rules, for `npm run test:policy`; `unit` has them, too. */
const POLICY = [
  'plugins/app-store-backend/src/policy',
  'plugins/app-store-backend/src/http/everyRoute.test.ts',
];

/** Faults take minutes: `npm run test:faults`. */
export const WITHOUT_FAULTS = [
  '--testPathIgnorePatterns',
  '/node_modules/',
  '/app-store-backend/src/faults/',
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
  /** What needs no nodes. */
  objects: ['plugins/app-store-backend/src/cluster/objects.test.ts'],
};
