/** Resources as the store shows them, with what a test cares about. */
import type {
  App,
  AppAlias,
  AppInstance,
  AppSecret,
  Tag,
} from '@ai-app-store/backstage-plugin-app-store-common';

export const ID = '11111111-2222-4333-8444-555555555555';
export const OTHER_ID = '11111111-9999-4333-8444-555555555555';
const AT = '2026-01-01T12:00:00.000Z';

/** What a test says of a resource. */
type Some<T extends { can: object }> = Partial<Omit<T, 'can'>> & {
  can?: Partial<T['can']>;
};

/** All that can be done with something: nothing but what a test says. */
const can = <T extends object>(
  names: Array<keyof T>,
  allowed: Partial<T> = {},
) =>
  ({
    ...Object.fromEntries(names.map(name => [name, false])),
    ...allowed,
  } as T);

export const anApp = (more: Some<App> = {}): App => ({
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
    [
      'run',
      'delete',
      'update',
      'download',
      'transfer',
      'setServiceAccount',
      'refresh',
    ],
    more.can,
  ),
});

export const anInstance = (more: Some<AppInstance> = {}): AppInstance => ({
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
    [
      'open',
      'logs',
      'status',
      'suspend',
      'resume',
      'terminate',
      'update',
      'extend',
      'restore',
      'redeploy',
      'disableAutosuspend',
      'alias',
    ],
    { update: true, ...more.can },
  ),
});

export const aSecret = (more: Some<AppSecret> = {}): AppSecret => ({
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
  can: can(['reveal', 'update', 'delete'], more.can),
});

export const anAlias = (more: Some<AppAlias> = {}): AppAlias => ({
  id: OTHER_ID,
  name: 'crm',
  url: 'http://crm.apps.example.com/',
  primary: false,
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
  ...more,
  can: can(['assign', 'unassign', 'promote', 'delete', 'undo'], more.can),
});

export const aTag = (more: Some<Tag> = {}): Tag => ({
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
  can: can(['assign', 'update', 'delete'], more.can),
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
