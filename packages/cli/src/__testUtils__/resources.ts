/** Resources as the store shows them, with what a test cares about. */

export const ID = '11111111-2222-4333-8444-555555555555';
export const OTHER_ID = '11111111-9999-4333-8444-555555555555';
const AT = '2026-01-01T12:00:00.000Z';

export const anApp = (more: object = {}) => ({
  id: ID,
  name: 'com.example.hello',
  version: '1.0.0',
  title: 'Hello',
  description: '',
  owner: 'user:default/dev',
  visibility: 'ALL_USERS',
  lifecycle: 'ON_DEMAND',
  requirements: { runtime: 'node_24' },
  parameters: [],
  runnability: { runnable: true, problems: [] },
  tags: [],
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
  can: {},
  ...more,
});

export const anInstance = (more: object = {}) => ({
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
  can: { update: true },
  ...more,
});

export const aSecret = (more: object = {}) => ({
  id: ID,
  name: 'crm',
  visibility: 'PRIVATE',
  owner: 'user:default/dev',
  keys: ['password'],
  state: 'READY',
  createdAt: AT,
  updatedAt: AT,
  revision: 7,
  can: {},
  ...more,
});

export const anAlias = (more: object = {}) => ({
  id: OTHER_ID,
  name: 'crm',
  url: 'http://crm.apps.example.com/',
  primary: false,
  createdAt: AT,
  updatedAt: AT,
  revision: 1,
  can: {},
  ...more,
});

export const aTag = (more: object = {}) => ({
  id: ID,
  name: 'FINANCE',
  title: 'Finance',
  color: '#000000',
  description: '',
  adminRoles: [],
  visitorRoles: ['group:default/finance-guests'],
  kind: 'AUTHORIZATION',
  isCategory: false,
  apps: 3,
  revision: 1,
  can: {},
  ...more,
});

/** One page, the last one. */
export const page = (...items: unknown[]) => ({ items });
