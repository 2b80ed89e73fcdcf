/**
 * No query goes without an index: 10,000 app versions, 100,000 known users and 10,000
 * instances are there, every operation is asked by everybody, and the database says how
 * it carries out each statement.
 */
import { mockCredentials } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import {
  addApps,
  addInstances,
  addPeople,
  analyze,
} from '../__testUtils__/atScale';
import { databaseIds, migrated } from './__testUtils__/databases';
import { watchStatements, withoutIndex } from './__testUtils__/plans';
import {
  makeWorld,
  PEOPLE,
  rows,
  send,
  STORE,
} from '../__testUtils__/everyOperation';
import { API, as, StoreUnderTest } from '../__testUtils__/StoreUnderTest';

jest.setTimeout(300_000);

/** Lists with what narrows and orders them. */
const LISTS = [
  '/apps?newest=true',
  '/apps?newest=true&orderBy=title&order=desc',
  '/apps?orderBy=updated',
  '/apps?newest=true&search=churn%20graph',
  '/apps?newest=true&search=nosuchword',
  '/apps?newest=true&tag=GUESTS',
  '/apps?name=com.example.app-42',
  '/apps?owner=user:default/owner-7',
  '/apps?visibility=PRIVATE',
  '/apps?lifecycle=MANAGED',
  '/apps?runnable=false',
  '/apps?liked=true',
  '/apps?pinned=true',
  '/instances',
  '/instances?orderBy=updated',
  '/instances?owner=user:oidc/person-7',
  '/instances?status=SUSPENDED',
  '/instances?status=FAILED',
  '/instances?appName=com.example.app-42',
  '/instances?search=churn',
  '/instances?terminated=true',
  '/secrets',
  '/secrets?visibility=ALL_USERS',
  '/secrets?search=door',
  '/aliases',
  '/aliases?search=lane',
  '/audit',
  '/audit?actor=user:oidc/person-7',
  '/audit?action=app:run',
  '/audit?result=refused',
  '/audit?since=2026-01-02T00:00:00.000Z&until=2026-01-03T00:00:00.000Z',
];

/** What is asked by the portal's other plugins. */
const INTERNAL = [
  'watchRoutes',
  'decideAdmission',
  'getKeySecret',
  'putPerson',
  'listCatalogApps',
  'listCatalogTags',
  'listCatalogTexts',
  'readCatalogAs',
];

describe.each(databaseIds())('the queries on %s', id => {
  let knex: Knex;
  let store: StoreUnderTest;

  beforeAll(async () => {
    knex = await migrated(id);
    const appIds = await addApps(knex, { names: 2500, versions: 4 });
    await addPeople(knex, { to: 100_000 });
    await addInstances(knex, { count: 10_000, appIds });
    await analyze(knex);
  });
  afterAll(() => store?.stop());

  it('have an index each', async () => {
    const statements = watchStatements(knex);
    store = await StoreUnderTest.start(id, STORE, { knex });
    const world = await makeWorld(store);
    const wrong: string[] = [];
    for (const path of LISTS)
      for (const who of ['vic', 'uma', 'ada'])
        for (const scope of ['', 'scope=all']) {
          const answer = await store.api
            .get(`${API}${path}${path.includes('?') ? '&' : '?'}${scope}`)
            .set(as(who));
          // Who may not ask is answered before the database is.
          if (![200, 403].includes(answer.status) && scope === '')
            wrong.push(`${path} by ${who}: ${answer.text}`);
        }
    expect(wrong).toEqual([]);
    const service = mockCredentials.service.header({
      onBehalfOf: mockCredentials.service('plugin:catalog'),
      targetPluginId: 'app-store',
    });
    const table = rows();
    for (const row of table) {
      for (const [, who] of PEOPLE)
        await send(store, world, row, who && as(who).authorization);
      if (INTERNAL.includes(row.operation))
        await send(store, world, row, service);
    }
    const big = new Map<string, number>();
    for (const name of [
      'apps',
      'app_names',
      'app_preferences',
      'app_secrets',
      'instances',
      'instance_secrets',
      'secrets',
      'aliases',
      'alias_history',
      'audit',
      'people',
      'access_tokens',
    ]) {
      const [{ n }] = await knex(name).count({ n: '*' });
      expect(Number(n)).toBeGreaterThan(2000);
      big.set(name, Number(n));
    }
    expect(statements().length).toBeGreaterThan(100);
    expect(await withoutIndex(knex, statements(), big)).toEqual([]);
  });
});
