/**
 * Who sees what of declarations: the catalog, its relations and the store say the same to each
 * person, and nobody learns from the one what the other hides.
 */
import type { Entity } from '@backstage/catalog-model';
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
} from '../__testUtils__/DeclarationsUnderTest';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(240_000);

const PEOPLE = ['ada', 'dev', 'uma', 'vic', 'val'];
const keys = { token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } } };

const DOCUMENTS = [
  declared('App', 'open', {
    source: './open/',
    visibility: 'ALL_USERS',
    tags: ['GUESTS'],
    owner: 'user:default/dev',
  }),
  declared('App', 'closed', { source: './closed/', visibility: 'PRIVATE' }),
  declared('AppInstance', 'shared', { app: 'open', visibility: 'ALL_USERS' }),
  declared('AppInstance', 'own', { app: 'open', visibility: 'PRIVATE' }),
  declared('AppAlias', 'lane', { instance: 'shared' }),
  declared('AppSecret', 'door', { keys, neededBy: ['open'] }),
  declared('AppTag', 'proposed', { visitorRoles: ['group:default/guests'] }),
];

/** The refs that each person sees, by the rules of the store (specification 3). */
const SEEN: Record<string, string[]> = {
  // As a person: an admin has no more on ordinary pages (specification 2.1).
  ada: [
    'app:default/open',
    'appinstance:default/shared',
    'apptag:default/proposed',
  ],
  dev: [
    'app:default/closed',
    'app:default/open',
    'appalias:default/lane',
    'appinstance:default/own',
    'appinstance:default/shared',
    'appsecret:default/door',
    'apptag:default/proposed',
  ],
  uma: [
    'app:default/open',
    'appinstance:default/shared',
    'apptag:default/proposed',
  ],
  // Visitors: a declaration says owners and tags.
  vic: [],
  val: [],
};

const refOf = ({ kind, metadata }: Entity) =>
  `${kind}:${metadata.namespace}/${metadata.name}`.toLocaleLowerCase('en-US');

describe.each(behaviourIds())('declarations, on %s', id => {
  let test: DeclarationsUnderTest;

  beforeAll(async () => {
    process.env.LUNCH_TOKEN = 'soup';
    test = await DeclarationsUnderTest.start(id, {
      files: {
        ...appFiles('open', '1.0.0', { directory: 'open/' }),
        ...appFiles('closed', '1.0.0', { directory: 'closed/' }),
        ...catalogInfo(...DOCUMENTS),
      },
      trust: url => [
        {
          location: `${url}/lunch/lunch/src/branch/main/`,
          owner: 'user:default/dev',
          kinds: ['App', 'AppInstance', 'AppAlias', 'AppSecret'],
          secrets: { environment: ['LUNCH_TOKEN'] },
        },
      ],
    });
    for (const ref of SEEN.dev)
      await test.settles(
        ref,
        ref.startsWith('apptag:') ? 'PROPOSED' : 'IN_SYNC',
      );
  });
  afterAll(() => test?.stop());

  const inCatalog = async (who: string): Promise<Entity[]> => {
    const { body } = await test.store.api
      .get(
        '/api/catalog/entities/by-query?limit=1000&filter=metadata.annotations.ai-app-store.io/declaration',
      )
      .set(as(who))
      .expect(200);
    return body.items;
  };

  it.each(PEOPLE)(
    'are the same to %s in the catalog and the store',
    async who => {
      await until(
        async () =>
          (await inCatalog(who)).map(refOf).sort().join() === SEEN[who].join(),
        async () => (await inCatalog(who)).map(refOf).sort(),
      );
      const { items } = await test.get('/declarations?limit=200', who);
      expect(
        items.map(({ entityRef }: { entityRef: string }) => entityRef).sort(),
      ).toEqual(SEEN[who]);
      for (const ref of SEEN.dev)
        expect(Boolean(await test.entity(ref, who))).toBe(
          SEEN[who].includes(ref),
        );
    },
  );

  it.each(PEOPLE)('tell %s nothing of another one by a relation', async who => {
    const entities = await inCatalog(who);
    const { body } = await test.store.api
      .get('/api/catalog/entities/by-query?limit=1000')
      .set(as(who))
      .expect(200);
    const hidden = SEEN.dev.filter(ref => !SEEN[who].includes(ref));
    for (const entity of [...entities, ...body.items])
      for (const { targetRef } of entity.relations ?? [])
        expect(hidden).not.toContain(targetRef);
    const all = JSON.stringify(body.items);
    const words = ['door', 'lane', 'own', 'closed'].filter(
      word => !SEEN[who].some(ref => ref.endsWith(`/${word}`)),
    );
    for (const word of words)
      expect(all).not.toMatch(
        new RegExp(`(alias|secret|instance|app):default/${word}\\b`),
      );
  });

  it('are hidden at once where what they declare is', async () => {
    const app = (await test.declaration('app:default/open'))!;
    await test.store.api
      .patch(`${API}/apps/${app.resourceId}`)
      .set(as('dev'))
      .send({ visibility: 'PRIVATE' })
      .expect(200);
    expect(await test.entity('app:default/open', 'uma')).toBe(undefined);
    expect(await test.entity('app:default/open', 'dev')).toBeDefined();
  });

  it('never say a value', async () => {
    const all = JSON.stringify([
      await inCatalog('dev'),
      await test.get('/declarations?scope=all&limit=200', 'ada'),
      await test.portal.catalogKnex('final_entities').select('final_entity'),
      await test.get('/audit?limit=200', 'ada'),
    ]);
    expect(all).toContain('LUNCH_TOKEN');
    expect(all).not.toMatch(/soup|c291cA/);
  });
});
