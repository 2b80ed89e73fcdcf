/** Who sees, opens and governs what: visitors, owners, admins, everybody (points 9, 10, 13, 19, 20, 24, 25). */
import { signedIn, type Person } from '../e2e/people';
import { expect, test } from './fixtures';

const MINUTE = 60_000;

test('9. the worked example of visitors holds, and what is not for visitors stays hidden', async ({
  world,
}) => {
  const a1 = await world.import('dev', { name: 'a1' });
  const a2 = await world.import('dev', {
    name: 'a2',
    app: 'Tags = ["TA"]',
  });
  const a3 = await world.import(
    'dev',
    { name: 'a3', app: 'Tags = ["TA", "TB"]' },
    'visibility=PRIVATE',
  );
  const seen = async (person: string) =>
    (await world.api(person, 'GET', '/apps')).body.items.map(
      (app: { name: string }) => app.name,
    );
  expect(await seen('vic')).toEqual(['a2']);
  expect(await seen('val')).toEqual([]);
  const listed = await world.cli('vic', ['app', 'list', '-a', '--json']);
  expect(
    JSON.parse(listed.out).map((app: { name: string }) => app.name),
  ).toEqual(['a2']);
  for (const app of [a1, a3])
    for (const person of ['vic', 'val'])
      expect(
        (await world.api(person, 'POST', `/apps/${app.id}/instances`)).status,
      ).toBe(404);
  const instance = await world.run('vic', a2);
  const shown = (await world.api('vic', 'GET', `/apps/${a2.id}`)).body;
  expect(shown).not.toHaveProperty('owner');
  expect(shown).not.toHaveProperty('tags');
  for (const path of [
    '/tags',
    '/tags/TA',
    '/secrets',
    '/aliases',
    `/instances/${instance.id}/logs`,
  ])
    expect((await world.api('vic', 'GET', path)).status).toBe(403);
  expect(
    (await world.cli('vic', ['instance', 'logs', instance.id])).code,
  ).not.toBe(0);
  await world.terminate('vic', instance.id);
});

test('10. an app owner and an admin read status and log of a PRIVATE instance, and do not get in', async ({
  world,
}) => {
  const app = await world.import('dev', { name: 'ten' });
  const instance = await world.run('uma', app);
  for (const person of ['dev', 'ada']) {
    expect(
      (await world.api(person, 'GET', `/instances/${instance.id}/status`)).body,
    ).toMatchObject({ status: 'Running', restartCount: 0 });
    const log = await world.api(
      person,
      'GET',
      `/instances/${instance.id}/logs`,
    );
    expect(log.body).toContain('began ten');
    const typed = await world.cli(person, ['instance', 'logs', instance.id]);
    expect(typed.out).toContain('began ten');
    const open = await world.enter(person, instance.id);
    expect((await open()).status).toBe(403);
  }
  const open = await world.enter('uma', instance.id);
  expect((await open()).status).toBe(200);
  await world.terminate('uma', instance.id);
});

test('13. who may open an instance is decided anew with the next request', async ({
  world,
}) => {
  const app = await world.import('dev', { name: 'thirteen' });
  const instance = await world.run('uma', app);
  const open = await world.enter('dev', instance.id);
  const status = async () => (await open()).status;
  expect(await status()).toBe(403);
  for (const [visibility, expected] of [
    ['ALL_USERS', 200],
    ['PRIVATE', 403],
    ['PUBLIC', 200],
    ['PRIVATE', 403],
  ] as const) {
    const typed = await world.cli('uma', [
      'instance',
      'update',
      instance.id,
      '-v',
      visibility,
    ]);
    expect(typed.code).toBe(0);
    expect(await world.eventually(status, s => s === expected)).toBe(expected);
  }
  await world.terminate('uma', instance.id);
});

test('19. a managed app is visited by everybody and run by its owner', async ({
  world,
  browser,
}) => {
  test.setTimeout(2 * MINUTE);
  const app = await world.import('dev', {
    name: 'nineteen',
    app: 'InstanceLifecycle = "MANAGED"\nTags = ["TA"]',
  });
  expect(
    (await world.api('uma', 'GET', `/apps/${app.id}/managed-instance`)).status,
  ).toBe(404);
  const older = await world.run('dev', app, { visibility: 'ALL_USERS' });
  const newer = await world.run('dev', app, { visibility: 'ALL_USERS' });
  const hidden = await world.run('dev', app);
  for (const person of ['uma', 'vic']) {
    expect(
      (await world.api(person, 'GET', `/apps/${app.id}/managed-instance`)).body,
    ).toMatchObject({ id: newer.id, status: 'DEPLOYED' });
    expect(
      (await world.api(person, 'POST', `/apps/${app.id}/instances`)).status,
    ).toBe(403);
    const typed = await world.cli(person, ['app', 'run', app.id]);
    expect(typed.code).not.toBe(0);
    const open = await world.enter(person, newer.id);
    expect((await open()).status).toBe(200);
  }
  // Its page offers what each of them may do.
  const buttonsOf = async (person: Person) => {
    const page = await signedIn(browser, world.portal, person);
    await page.goto(`${world.portal.url}/app-store/apps/${app.id}`);
    return {
      visit: page.getByRole('link', { name: 'Open', exact: true }),
      run: page.getByRole('button', { name: /^(Run|Advanced run)/ }),
    };
  };
  for (const person of ['uma', 'vic'] as const) {
    const { visit, run } = await buttonsOf(person);
    await expect(visit).toHaveAttribute('href', new RegExp(newer.id));
    await expect(run).toHaveCount(0);
  }
  await expect((await buttonsOf('dev')).run.first()).toBeEnabled();
  await world.terminate('dev', older.id, newer.id, hidden.id);
});

test('20. a PUBLIC instance opens without signing in; PUBLIC apps are listed so in public mode only', async ({
  world,
}) => {
  test.setTimeout(3 * MINUTE);
  const app = await world.import(
    'dev',
    { name: 'twenty', title: 'Open to all' },
    'visibility=PUBLIC',
  );
  const instance = await world.run('dev', app, { visibility: 'PUBLIC' });
  const closed = await world.run('dev', app);
  expect((await world.visit(instance.id)).status).toBe(200);
  expect(await world.socket(instance.id)).toMatch(/^HTTP\/1\.1 101 .*hello$/s);
  expect((await world.visit(closed.id)).status).toBe(302);
  expect(await world.socket(closed.id)).toMatch(/^HTTP\/1\.1 401 /);
  expect((await world.api(undefined, 'GET', '/apps')).status).toBe(401);
  expect((await world.visit('')).status).toBe(404);
  await world.restart({ publicMode: true });
  const listed = await world.api(undefined, 'GET', '/apps');
  expect(listed.body.items.map((each: { name: string }) => each.name)).toEqual([
    'twenty',
  ]);
  expect(listed.body.items[0]).not.toHaveProperty('owner');
  const catalogue = await world.visit('');
  expect(catalogue.status).toBe(200);
  expect(catalogue.body).toContain('Open to all');
  expect((await world.visit('', `/apps/${app.id}`)).body).toContain(
    'Sign in to run it',
  );
  for (const [method, path] of [
    ['POST', `/apps/${app.id}/instances`],
    ['GET', '/instances'],
    ['GET', '/tags'],
    ['GET', '/me'],
  ])
    expect((await world.api(undefined, method, path)).status).toBe(401);
  await world.terminate('dev', instance.id, closed.id);
});

test('24. a tag is a category where the configuration says so, an authorization tag by its roles, a badge otherwise', async ({
  world,
  browser,
}) => {
  test.setTimeout(2 * MINUTE);
  const { body } = await world.api('uma', 'GET', '/tags');
  const kinds = Object.fromEntries(
    body.items.map((tag: { name: string; kind: string }) => [
      tag.name,
      tag.kind,
    ]),
  );
  expect(kinds).toMatchObject({
    FORECASTING: 'CATEGORY',
    TA: 'AUTHORIZATION',
    PLAIN: 'BADGE',
  });
  const app = await world.import('dev', {
    name: 'twenty-four',
    app: 'Tags = ["FORECASTING", "TA", "PLAIN"]',
  });
  expect(
    (await world.api('uma', 'GET', `/apps/${app.id}`)).body.tags.map(
      (tag: { name: string; kind: string }) => [tag.name, tag.kind],
    ),
  ).toEqual([
    ['FORECASTING', 'CATEGORY'],
    ['PLAIN', 'BADGE'],
    ['TA', 'AUTHORIZATION'],
  ]);
  const page = await signedIn(browser, world.portal, 'uma');
  const categories = page.getByRole('navigation', { name: 'Categories' });
  await expect(categories).toContainText('Forecasting');
  await expect(categories).not.toContainText('Plain');
  await page.goto(`${world.portal.url}/app-store/tags`);
  for (const [kind, title] of [
    ['Categories', 'Forecasting'],
    ['Authorization tags', 'TA'],
    ['Badges', 'Plain'],
  ])
    await expect(
      page.getByRole('region', { name: kind, exact: true }),
    ).toContainText(title);
  // A role makes a badge an authorization tag.
  const typed = await world.cli('ada', [
    ...['admin', 'tag', 'update', 'PLAIN', '-v', 'finance-guests'],
  ]);
  expect(typed.out).toMatch(/AUTHORIZATION/);
  expect((await world.api('uma', 'GET', '/tags/PLAIN')).body).toMatchObject({
    kind: 'AUTHORIZATION',
    visitorRoles: ['group:default/finance-guests'],
  });
  await page.reload();
  await expect(
    page.getByRole('region', { name: 'Authorization tags', exact: true }),
  ).toContainText('Plain');
  await world.api('ada', 'PATCH', '/tags/PLAIN', { visitorRoles: [] });
});

test('25. an admin governs every instance and app, and runs as nobody else', async ({
  world,
}) => {
  const app = await world.import(
    'dev',
    { name: 'twenty-five' },
    'visibility=PRIVATE',
  );
  const instance = await world.run('dev', app);
  const all = (path: string) => world.api('ada', 'GET', path);
  expect(
    (await all('/instances?scope=all')).body.items.map(
      (each: { id: string }) => each.id,
    ),
  ).toContain(instance.id);
  expect(
    (await all('/apps?scope=all&name=twenty-five')).body.items,
  ).toHaveLength(1);
  const type = (...args: string[]) => world.cli('ada', ['admin', ...args]);
  expect((await type('instance', 'list', '--json')).out).toContain(instance.id);
  expect((await type('app', 'get', app.id)).out).toContain('twenty-five');
  // Ordinary lists follow the base status.
  expect((await all('/apps?name=twenty-five')).body.items).toHaveLength(0);
  expect(
    (
      await world.api('ada', 'PATCH', `/instances/${instance.id}`, {
        visibility: 'ALL_USERS',
      })
    ).body.visibility,
  ).toBe('ALL_USERS');
  for (const [action, status] of [
    ['suspend', 'SUSPENDED'],
    ['resume', 'DEPLOYED'],
  ] as const) {
    expect(
      (await world.api('ada', 'POST', `/instances/${instance.id}/${action}`))
        .body,
    ).toMatchObject({ status: 'PENDING', owner: 'user:default/dev' });
    await world.until('dev', instance.id, status);
  }
  expect(
    (await world.api('ada', 'POST', `/apps/${app.id}/instances`)).status,
  ).toBe(403);
  for (const [command, ...flags] of [
    ['update', '-v', 'PRIVATE'],
    ['suspend'],
    ['resume'],
    ['terminate', '--purge', '-y'],
  ])
    expect({
      command,
      ...(await type('instance', command, instance.id, ...flags)),
    }).toEqual({
      command,
      code: 0,
      out: expect.any(String),
      err: expect.any(String),
    });
  await world.eventually(
    async () =>
      (
        await world.api('ada', 'GET', `/instances/${instance.id}`)
      ).status,
    status => status === 404,
  );
  expect(await type('app', 'delete', app.id, '-y')).toMatchObject({
    code: 0,
  });
  // Every one of these is in the audit, with who did it and by which rule.
  const { body } = await all(`/audit?resourceId=${instance.id}`);
  expect(
    body.items.map((line: { action: string; actor: string }) => [
      line.action,
      line.actor,
    ]),
  ).toEqual([
    ['instance:terminate', 'user:default/ada'],
    ['instance:resume', 'user:default/ada'],
    ['instance:suspend', 'user:default/ada'],
    ['instance:update', 'user:default/ada'],
    ['instance:resume', 'user:default/ada'],
    ['instance:suspend', 'user:default/ada'],
    ['instance:update', 'user:default/ada'],
    ['instance:run', 'user:default/dev'],
  ]);
  expect(body.items[0].rule).toBe('3.4 admin');
});
