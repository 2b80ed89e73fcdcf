/** Who can show apps to visitors by a tag: as specified, and where an installation closes it. */
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(60_000);

const TAGS = [
  { name: 'GUESTS', visitorRoles: ['group:default/guests'] },
  {
    name: 'LED',
    visitorRoles: ['group:default/guests'],
    adminRoles: ['group:default/admins'],
  },
];

describe.each(behaviourIds())('tags on %s', id => {
  describe.each([
    ['everyone', TAGS, 'FULL_ACCESS', 200],
    ['admins', { emptyAdminRoles: 'admins', list: TAGS }, 'ADMINS', 403],
  ] as const)('that name nobody are for %s', (_, tags, assigners, status) => {
    let store: StoreUnderTest;
    beforeAll(async () => {
      store = await StoreUnderTest.start(id, {
        tags: JSON.parse(JSON.stringify(tags)),
      });
    });
    afterAll(() => store?.stop());

    it('7: let those open apps to visitors whom they say, and nobody else', async () => {
      const { app } = (
        await store.importApp('dev', await bundle({ name: 'mine' }))
      ).body;
      const put = (who: string, tag: string) =>
        store.api.put(`${API}/apps/${app.id}/tags/${tag}`).set(as(who));
      expect((await store.get('/tags/GUESTS', 'uma')).assigners).toBe(
        assigners,
      );
      expect((await store.get('/tags/LED', 'uma')).assigners).toBe(
        'ADMIN_ROLES',
      );
      expect((await put('uma', 'LED')).status).toBe(403);
      const answer = await put('uma', 'GUESTS');
      expect(answer.status).toBe(status);
      const seen = (await store.get('/apps', 'vic')).items;
      expect(seen).toHaveLength(status === 200 ? 1 : 0);
      // Nor by the tag itself, nor by what a bundle asks for.
      const change = await store.api
        .patch(`${API}/tags/GUESTS`)
        .set(as('uma'))
        .send({ adminRoles: ['group:default/users'] });
      expect(change.status).toBe(status);
      const imported = await store.importApp(
        'uma',
        await bundle({ name: 'asking', tags: ['LED'] }),
      );
      expect(imported.body.app.tags).toEqual([]);
      expect(imported.body.warnings).toMatchObject([{ code: 'TAG_NOT_YOURS' }]);
      expect((await put('ada', 'GUESTS')).status).toBe(200);
    });
  });
});
