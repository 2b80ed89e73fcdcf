/** Resources as the store shows them, with what a test cares about. */

export const ID = '11111111-2222-4333-8444-555555555555';
export const OTHER_ID = '11111111-9999-4333-8444-555555555555';
const AT = '2026-01-01T12:00:00.000Z';

/** All that can be done with something: nothing but what a test says. */
const can = (names: string, more: { can?: object } = {}) => ({
  ...Object.fromEntries(names.split(' ').map(name => [name, false])),
  ...more.can,
});

export const anApp = (
  more: { can?: object; [field: string]: unknown } = {},
) => ({
  id: ID,
  name: 'com.example.hello',
  version: '1.0.0',
  title: 'Hello',
  description: '',
  longDescription: '',
  keywords: [],
  screenshots: [],
  owner: 'user:default/dev',
  visibility: 'ALL_USERS',
  lifecycle: 'ON_DEMAND',
  origin: 'direct',
  requirements: {
    runtime: 'node_24',
    memoryLimit: '2Gi',
    memoryReservation: '512Mi',
    gpuCount: 0,
    secrets: [],
    osPackages: [],
  },
  parameters: [],
  runnability: { runnable: true, problems: [] },
  tags: [],
  newest: true,
  liked: false,
  pinned: false,
  likes: 0,
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
  ...more,
  can: can(
    'run delete update download transfer setServiceAccount refresh',
    more,
  ),
});

export const anInstance = (
  more: { can?: object; [field: string]: unknown } = {},
) => ({
  id: ID,
  url: 'http://one.apps.example.com/',
  appId: OTHER_ID,
  appName: 'com.example.hello',
  appVersion: '1.0.0',
  appTitle: 'Hello',
  lifecycle: 'ON_DEMAND',
  owner: 'user:default/dev',
  visibility: 'PRIVATE',
  status: 'DEPLOYED',
  stages: {},
  restartCount: 0,
  suspendable: true,
  extended: false,
  terminating: false,
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
  ...more,
  can: can(
    'open logs status suspend resume terminate update extend restore redeploy disableAutosuspend alias',
    { can: { update: true, ...more.can } },
  ),
});

export const aSecret = (
  more: { can?: object; [field: string]: unknown } = {},
) => ({
  id: ID,
  name: 'crm',
  visibility: 'PRIVATE',
  owner: 'user:default/dev',
  keys: ['password'],
  state: 'READY',
  createdAt: AT,
  updatedAt: AT,
  revision: 7,
  ...more,
  can: can('reveal update delete', more),
});

export const anAlias = (
  more: { can?: object; [field: string]: unknown } = {},
) => ({
  id: OTHER_ID,
  name: 'crm',
  url: 'http://crm.apps.example.com/',
  primary: false,
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
  ...more,
  can: can('assign unassign promote delete undo', more),
});

export const aTag = (
  more: { can?: object; [field: string]: unknown } = {},
) => ({
  id: ID,
  name: 'FINANCE',
  title: 'Finance',
  color: '#000000',
  description: '',
  adminRoles: [],
  visitorRoles: ['group:default/finance-guests'],
  assigners: 'FULL_ACCESS',
  kind: 'AUTHORIZATION',
  isCategory: false,
  apps: 3,
  revision: 1,
  ...more,
  can: can('assign update delete', more),
});

/** Who is signed in. */
export const aPerson = (more: object = {}) => ({
  userEntityRef: 'user:default/dev',
  displayName: 'Devika Developer',
  kind: 'full-access',
  admin: false,
  roles: [],
  instanceLimit: 10,
  runningInstances: 0,
  usedSlots: 0,
  ...more,
});

/** What the store is set to. */
export const theStore = (more: object = {}) => ({
  version: '1.0.0',
  appsUrl: 'http://apps.example.com/',
  publicMode: false,
  downloads: true,
  notices: [],
  branding: { title: 'App Store' },
  ...more,
});

/** One page, the last one. */
export const page = (...items: unknown[]) => ({ items });
