/** Why somebody may do something, as people and admins ask it; what it says has to come true. */
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

describe('an explanation', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await StoreUnderTest.start('SQLITE_3');
  });
  afterAll(async () => {
    await store?.stop();
  });

  const why = (
    who: string,
    kind: string,
    action: string,
    resource: string,
    person?: string,
  ) =>
    store.api
      .get(`${API}/explain`)
      .query({
        kind,
        action,
        resource,
        ...(person ? { person: `user:default/${person}` } : {}),
      })
      .set(as(who));

  const imported = async (name: string, visibility?: string) => {
    const answer = await store.importApp(
      'dev',
      await bundle({ name }),
      visibility,
    );
    expect(answer.status).toBe(201);
    return answer.body.app;
  };

  it('names the rule, and a way that then leads there', async () => {
    const app = await imported('com.example.why');
    const before = (await why('ada', 'app', 'run', app.id, 'vic')).body;
    expect(before).toMatchObject({
      person: 'user:default/vic',
      action: 'app:run',
      resource: app.id,
      allowed: false,
    });
    expect(before.wouldChange.join(' ')).toMatch(/tag/);

    await store.api
      .put(`${API}/apps/${app.id}/tags/GUESTS`)
      .set(as('ada'))
      .expect(response => expect(response.status).toBeLessThan(300));
    const after = (await why('ada', 'app', 'run', app.id, 'vic')).body;
    expect(after).toMatchObject({ allowed: true });
    expect(after.rule).not.toBe(before.rule);
    // What is explained is what is done.
    const run = await store.api
      .post(`${API}/apps/${app.id}/instances`)
      .set(as('vic'))
      .send({});
    expect(run.status).toBe(201);
  });

  it('is about what one sees, and about others only for admins', async () => {
    const hidden = await imported('com.example.hidden', 'PRIVATE');
    expect((await why('uma', 'app', 'read', hidden.id)).status).toBe(404);
    expect((await why('uma', 'app', 'read', hidden.id, 'dev')).status).toBe(
      403,
    );
    expect((await why('ada', 'app', 'read', hidden.id, 'uma')).body).toEqual(
      expect.objectContaining({ allowed: false }),
    );
    expect((await why('ada', 'app', 'read', hidden.id, 'nobody')).status).toBe(
      404,
    );
  });

  it('finds the secret of one app, and says no word of its value', async () => {
    await store.api
      .put(`${API}/secrets/promo?visibility=APP&parent=app:com.example.promo`)
      .set(as('ada'))
      .send({
        data: { token: 'explained-value' },
      })
      .expect(response => expect(response.status).toBeLessThan(300));
    const resource = 'app:com.example.promo/promo';
    const own = await why('ada', 'secret', 'reveal', resource);
    expect(own.body).toMatchObject({ allowed: true });
    expect(own.text).not.toContain('explained');
    expect(
      (await why('ada', 'secret', 'reveal', resource, 'dev')).body,
    ).toEqual(expect.objectContaining({ allowed: false }));
    expect((await why('dev', 'secret', 'reveal', resource)).status).toBe(404);
    expect((await why('ada', 'secret', 'reveal', 'promo')).status).toBe(404);
  });

  it('refuses a question that makes no sense, and says which there are', async () => {
    const answer = await why('uma', 'app', 'fly', 'x');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'NO_SUCH_ACTION', owner: 'you' });
    expect(answer.body.remedy).toMatch(/\brun\b/);
  });
});
