// Who changes the portal's catalog.
const POLICY =
  'plugins/catalog-backend-module-app-store/src/permissions/AppStoreCatalogPolicy.ts';
const JEST =
  'plugins/catalog-backend-module-app-store/src/permissions/permissions.test.ts';

export default [
  {
    finding: 2,
    name: 'everything but reading entities is for admins of the store',
    file: POLICY,
    from: '      (await this.#reader(user))?.admin;',
    to: '      true;',
    test: { jest: JEST, name: '2: grants nothing but reading' },
  },
  {
    finding: 2,
    name: 'a condition to read entities is none to change them',
    file: POLICY,
    from: "    if (permission.attributes.action !== 'read')\n      return both(CHANGE_DECISION, decision);\n",
    to: '',
    test: { jest: JEST, name: '2: lets nobody change' },
  },
  {
    finding: 2,
    name: "what the store grants is held against the portal's own policy",
    file: 'plugins/catalog-backend-module-app-store/src/permissions/decision.ts',
    from: 'conditions: { allOf: [store.conditions, conditions] }',
    to: 'conditions: store.conditions ?? conditions',
    test: { jest: JEST, name: "2: narrows a portal's own policy" },
  },
  {
    finding: 29,
    name: 'who may not know owners reads no entity that names one',
    file: 'plugins/catalog-backend-module-app-store/src/permissions/decision.ts',
    from: 'const told = reader.owners ? OWNED : { not: OWNED };',
    to: 'const told = OWNED;',
    test: { jest: JEST, name: 'with all but some' },
  },
  {
    finding: 29,
    name: 'what somebody owns is not told on their own entity where visitors read it',
    file: 'plugins/catalog-backend-module-app-store/src/kinds/relations.ts',
    from: 'metadata.annotations?.[OWNER_TOLD_TO] ? undefined : RELATION_OWNER_OF',
    to: 'OWNER_TOLD_TO && metadata && RELATION_OWNER_OF',
    test: {
      jest: 'plugins/catalog-backend-module-app-store/src/kinds/kinds.test.ts',
      name: '29: relate an app to its owner',
    },
  },
  {
    finding: 2,
    name: "the portal's policy is the store's",
    file: 'packages/backend/src/catalogPolicy.ts',
    from: '            logger,\n',
    to: "            logger,\n            policy: { handle: async () => ({ result: 'ALLOW' as never }) },\n",
    test: {
      attack: 'catalog.spec.ts',
      name: '2: every permission',
    },
  },
  {
    finding: 8,
    name: 'somebody unknown reads nothing of the catalog',
    file: POLICY,
    from: 'return reader?.unknown\n',
    to: 'return false\n',
    test: { jest: JEST, name: '8: shows nothing at all' },
  },
  {
    finding: 8,
    name: 'somebody unknown stays so while the store is away',
    file: POLICY,
    from: 'return this.#unknown.get(userEntityRef) && UNKNOWN;',
    to: 'return undefined;',
    test: { jest: JEST, name: '8: shows nothing at all to somebody unknown' },
  },
];
