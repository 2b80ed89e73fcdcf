/** Tags through the API: what is said of one is kept, what is left out has its default. */
import { databaseIds } from '../database/__testUtils__/databases';
import { API, as, StoreUnderTest } from '../__testUtils__/StoreUnderTest';

jest.setTimeout(60_000);

describe.each(databaseIds())('tags through the API on %s', id => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start(id);
  });
  afterAll(() => store?.stop());

  const SAID = {
    name: 'FINANCE',
    title: 'Finance',
    color: '#0b6e4f',
    description: 'Apps that close the books.',
    adminRoles: ['group:default/admins'],
    visitorRoles: ['group:default/guests'],
  };
  const LEFT_OUT = {
    title: 'PLAIN',
    color: '#5b6b7b',
    description: '',
    adminRoles: [],
    visitorRoles: [],
  };

  it.each([
    [SAID, SAID],
    [{ name: 'PLAIN' }, { name: 'PLAIN', ...LEFT_OUT }],
  ])('keeps what is said of %j', async (sent, kept) => {
    const made = await store.api
      .post(`${API}/tags`)
      .set(as('ada'))
      .send(sent)
      .expect(201);
    expect(made.body).toMatchObject({ ...kept, apps: 0 });
    expect(await store.get(`/tags/${kept.name}`, 'uma')).toMatchObject(kept);
  });

  it('changes what is said, and nothing else', async () => {
    const change = { title: 'Money', visitorRoles: [] };
    const { revision } = await store.get('/tags/FINANCE', 'ada');
    const changed = await store.api
      .patch(`${API}/tags/FINANCE`)
      .set(as('ada'))
      .set('if-match', `"${revision}"`)
      .send(change)
      .expect(200);
    expect(changed.body).toMatchObject({ ...SAID, ...change });
    expect(await store.get('/tags/FINANCE', 'uma')).toMatchObject({
      ...SAID,
      ...change,
    });
  });

  it('has no two of a name', async () => {
    const again = await store.api
      .post(`${API}/tags`)
      .set(as('ada'))
      .send({ name: 'FINANCE' });
    expect([again.status, again.body.code]).toEqual([409, 'TAG_EXISTS']);
  });

  it('is gone once it is deleted', async () => {
    await store.api.delete(`${API}/tags/PLAIN`).set(as('ada')).expect(204);
    const { items } = await store.get('/tags', 'uma');
    const names = items.map((tag: { name: string }) => tag.name);
    expect(names).toContain('FINANCE');
    expect(names).not.toContain('PLAIN');
    await store.api.get(`${API}/tags/PLAIN`).set(as('uma')).expect(404);
  });
});
