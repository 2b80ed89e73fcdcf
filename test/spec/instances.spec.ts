/** Instances: suspension and deadlines, limits, routing modes, a launch that is followed (points 14 to 17, 23). */
import { expect, test } from './fixtures';

const MINUTE = 60_000;

test('14. a paused instance is not served; resumed, it has its volume, and a new deadline', async ({
  world,
}) => {
  const app = await world.import('dev', {
    name: 'fourteen',
    runtime: 'VolumeMount = "/data"\nVolumeSize = "1Gi"',
  });
  const before = await world.run('uma', app);
  const open = await world.enter('uma', before.id);
  expect(JSON.parse((await open()).body)).toMatchObject({
    starts: 'x',
    files: 'y',
  });
  expect(
    (await world.cli('uma', ['instance', 'suspend', before.id])).code,
  ).toBe(0);
  expect(
    await world.eventually(open, answer => answer.status === 503),
  ).toMatchObject({ status: 503 });
  expect(
    (await world.api('uma', 'GET', `/instances/${before.id}`)).body,
  ).not.toHaveProperty('suspendAfter');
  expect((await world.cli('uma', ['instance', 'resume', before.id])).code).toBe(
    0,
  );
  const after = await world.until('uma', before.id, 'DEPLOYED');
  expect(Date.parse(after.suspendAfter!)).toBeGreaterThan(
    Date.parse(before.suspendAfter!),
  );
  const again = await world.eventually(open, answer => answer.status === 200);
  expect(JSON.parse(again.body)).toMatchObject({
    starts: 'xx',
    files: 'y',
  });
  await world.terminate('uma', before.id);
});

test('15. InstanceTimeout of a minute pauses, -1 never does, and an admin can lift a deadline', async ({
  world,
}) => {
  test.setTimeout(3 * MINUTE);
  const timed = (name: string, timeout: string) =>
    world.import('dev', { name, app: `InstanceTimeout = "${timeout}"` });
  const minute = await world.run('uma', await timed('minute', '1m'), {});
  const lifted = await world.run('uma', await timed('lifted', '1m'), {});
  const never = await world.run('uma', await timed('never', '-1'), {});
  expect(never).not.toHaveProperty('suspendAfter');
  expect(
    (
      await world.api(
        'uma',
        'POST',
        `/instances/${lifted.id}/disable-autosuspend`,
      )
    ).status,
  ).toBe(403);
  const typed = await world.cli('ada', [
    ...['admin', 'instance', 'disable-autosuspend', lifted.id, '--json'],
  ]);
  expect(typed.code).toBe(0);
  expect(JSON.parse(typed.out)).not.toHaveProperty('suspendAfter');
  await world.until('uma', minute.id, 'SUSPENDED', 90);
  for (const { id } of [lifted, never])
    expect(
      (await world.api('uma', 'GET', `/instances/${id}`)).body.status,
    ).toBe('DEPLOYED');
  await world.terminate('uma', minute.id, lifted.id, never.id);
});

test('16. the 11th instance, the 6th of a visitor and one version too many are refused', async ({
  world,
}) => {
  test.setTimeout(5 * MINUTE);
  const app = await world.import('dev', {
    name: 'sixteen',
    app: 'Tags = ["TA"]',
  });
  for (const [person, limit] of [
    ['uma', 10],
    ['vic', 5],
  ] as const) {
    const answers = await Promise.all(
      Array.from({ length: limit + 3 }, () =>
        world.api(person, 'POST', `/apps/${app.id}/instances`),
      ),
    );
    const started = answers.filter(answer => answer.status === 201);
    expect(started).toHaveLength(limit);
    for (const answer of answers.filter(each => each.status !== 201))
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'INSTANCE_LIMIT' },
      });
    const typed = await world.cli(person, ['app', 'run', app.id]);
    expect(typed.err).toContain('slots for your instances are in use');
    // A suspended one does not count, and needs its place again to be resumed.
    const [first, second] = started.map(answer => answer.body.id);
    await world.api(person, 'POST', `/instances/${first}/suspend`);
    const instead = await world.run(person, app, {}, false);
    expect(
      await world.api(person, 'POST', `/instances/${first}/resume`),
    ).toMatchObject({ status: 409, body: { code: 'INSTANCE_LIMIT' } });
    await world.terminate(person, second);
    expect(
      (await world.api(person, 'POST', `/instances/${first}/resume`)).status,
    ).toBe(200);
    await world.terminate(
      person,
      instead.id,
      ...started.map(answer => answer.body.id),
    );
  }
  const { body: me } = await world.api('uma', 'GET', '/me');
  expect(me).toMatchObject({ instanceLimit: 10, appVersionLimit: 10 });
  for (let n = 0; n < 10; n++)
    await world.import('uma', { name: 'many', version: `1.0.${n}` });
  expect(
    await world.send('uma', { name: 'many', version: '1.0.10' }),
  ).toMatchObject({ status: 409, body: { code: 'APP_VERSION_LIMIT' } });
  const typed = await world.typeImport('uma', {
    name: 'many',
    version: '1.0.10',
  });
  expect(typed.code).not.toBe(0);
  expect(typed.err).toContain('You own 10 app versions, which is the limit.');
});

test('17. the two routing modes lead to each other by 307, and the app sees the whole path', async ({
  world,
}) => {
  const domain = await world.run(
    'dev',
    await world.import('dev', { name: 'by-domain' }),
    { visibility: 'PUBLIC' },
  );
  const path = await world.run(
    'dev',
    await world.import('dev', {
      name: 'by-path',
      runtime: 'RoutingMode = "BASE_URL"',
    }),
    { visibility: 'PUBLIC' },
  );
  const host = (id: string) =>
    `http://${id}.apps.localhost:${world.portal.gatewayPort}`;
  const moved = await world.visit('', `/instance/${domain.id}/a/b?c=d`);
  expect([moved.status, moved.headers.location]).toEqual([
    307,
    `${host(domain.id)}/a/b?c=d`,
  ]);
  const back = await world.visit(path.id, '/a/b?c=d');
  expect([back.status, back.headers.location]).toEqual([
    307,
    `${host(path.id)}/instance/${path.id}/a/b?c=d`,
  ]);
  const served = await world.visit(path.id, `/instance/${path.id}/a?c=d`);
  expect(JSON.parse(served.body).url).toBe(`/instance/${path.id}/a?c=d`);
  expect(JSON.parse((await world.visit(domain.id, '/a?c=d')).body).url).toBe(
    '/a?c=d',
  );
  await world.terminate('dev', domain.id, path.id);
});

test('23. a launch is followed while dependencies install; a crash shows in restarts and the log before', async ({
  world,
  page,
}) => {
  const slow = await world.import('dev', {
    name: 'slow',
    files: {
      'package.json': JSON.stringify({
        name: 'slow',
        version: '1.0.0',
        dependencies: { wait: 'file:./wait' },
      }),
      'wait/package.json': JSON.stringify({
        name: 'wait',
        version: '1.0.0',
        scripts: { install: 'node -e "setTimeout(() => {}, 6000)"' },
      }),
    },
  });
  const launch = await world.run('uma', slow, { visibility: 'PUBLIC' }, false);
  await world.eventually(
    async () => (await world.visit(launch.id)).status,
    status => status === 503,
  );
  await page.goto(
    `http://${launch.id}.apps.localhost:${world.portal.gatewayPort}/`,
  );
  await expect(page.getByRole('status')).toHaveText(
    'Installing Application Dependencies.',
    { timeout: 20_000 },
  );
  // The page leads into the app by itself.
  await expect(page.locator('body')).toContainText('"files":"y"', {
    timeout: 60_000,
  });
  await world.visit(launch.id, '/exit');
  const crashed = await world.eventually(
    async () => (await world.api('uma', 'GET', `/instances/${launch.id}`)).body,
    body => body.restartCount > 0,
  );
  expect(crashed.restartCount).toBeGreaterThan(0);
  const status = await world.api(
    'uma',
    'GET',
    `/instances/${launch.id}/status`,
  );
  expect(status.body).toMatchObject({ exitCode: 3 });
  const typed = await world.cli('uma', ['instance', 'status', launch.id]);
  expect(typed.out).toMatch(/Restart Count.*[1-9]/);
  await world.until('uma', launch.id, 'DEPLOYED');
  const previous = await world.api(
    'uma',
    'GET',
    `/instances/${launch.id}/logs?previous=true`,
  );
  expect(previous.body).toContain('leaving');
  expect(
    (await world.cli('uma', ['instance', 'logs', launch.id, '-p'])).out,
  ).toContain('leaving');
  await world.terminate('uma', launch.id);
});
