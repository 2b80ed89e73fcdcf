/** Secrets and aliases (points 18, 22). */
import { expect, test } from './fixtures';

test('18. aliases: the primary one is the address; an instance that ends leaves them dangling', async ({
  world,
}) => {
  const app = await world.import('dev', { name: 'eighteen' });
  const one = await world.run('dev', app, { visibility: 'PUBLIC' });
  const two = await world.run('dev', app, { visibility: 'PUBLIC' });
  const alias = (name: string) =>
    world.api('dev', 'POST', '/aliases', { name, instanceId: one.id });
  expect(await alias('alpha')).toMatchObject({
    status: 201,
    body: { primary: false },
  });
  await alias('beta');
  const go = (label: string, status: number) =>
    world.eventually(
      () => world.visit(label, '/p?q=r'),
      answer => answer.status === status,
    );
  const location = (label: string) =>
    `http://${label}.apps.localhost:${world.portal.gatewayPort}/p?q=r`;
  expect((await go('alpha', 302)).headers.location).toBe(location(one.id));
  const type = (...args: string[]) => world.cli('dev', ['alias', ...args]);
  expect((await type('promote', 'beta')).out).toMatch(/Primary +true/);
  expect((await go('beta', 200)).status).toBe(200);
  for (const label of ['alpha', one.id])
    expect((await go(label, 302)).headers.location).toBe(location('beta'));
  expect(
    (await world.api('dev', 'GET', `/instances/${one.id}`)).body.url,
  ).toContain('//beta.');
  await world.terminate('dev', one.id);
  for (const label of ['alpha', 'beta'])
    expect((await go(label, 404)).status).toBe(404);
  const assigned = await world.api('dev', 'PUT', '/aliases/beta/assignment', {
    instanceId: two.id,
  });
  expect(assigned.body).toMatchObject({
    instanceId: two.id,
    primary: false,
  });
  expect((await go('beta', 302)).headers.location).toBe(location(two.id));
  expect((await type('assign', 'beta', two.id, 'True')).code).toBe(0);
  expect((await go('beta', 200)).status).toBe(200);
  expect((await type('history', 'beta')).out).toContain('terminated');
  expect((await world.cli('vic', ['alias', 'promote', 'beta'])).code).not.toBe(
    0,
  );
  const { body } = await world.api('dev', 'GET', '/aliases/beta/history');
  expect(body.items.map((change: { action: string }) => change.action)).toEqual(
    ['assigned', 'assigned', 'terminated', 'promoted', 'created'],
  );
  await world.terminate('dev', two.id);
});

test('22. an update of a secret replaces its keys, and its values are not shown unasked', async ({
  world,
}) => {
  const put = (data: object) =>
    world.api('uma', 'PUT', '/secrets/twenty-two', { data });
  expect(await put({ a: 'first-value', b: 'second-value' })).toMatchObject({
    status: 201,
  });
  expect(await put({ c: 'third-value' })).toMatchObject({
    status: 200,
    body: { keys: ['c'] },
  });
  const shown = await world.api('uma', 'GET', '/secrets/twenty-two');
  expect(shown.body.keys).toEqual(['c']);
  expect(JSON.stringify(shown.body)).not.toContain('-value');
  const revealed = await world.api('uma', 'POST', '/secrets/twenty-two/values');
  expect(Buffer.from(revealed.body.data.c, 'base64').toString('utf8')).toBe(
    'third-value',
  );
  expect(Object.keys(revealed.body.data)).toEqual(['c']);
  const type = (args: string[], input?: string) =>
    world.cli('uma', ['secret', ...args], { input });
  const updated = await type(
    ['update', 'twenty-two', '--from-file=d=-', '--yes'],
    'fourth-value',
  );
  expect(updated.code).toBe(0);
  const unasked = await type(['get', 'twenty-two']);
  expect(unasked.out).toContain('d');
  expect(`${updated.out}${updated.err}${unasked.out}`).not.toContain('-value');
  expect((await type(['get', 'twenty-two', '-e'])).out).toContain(
    'fourth-value',
  );
});
