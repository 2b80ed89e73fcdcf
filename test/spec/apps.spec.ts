/** Apps: versions, what a bundle may say, LINK apps, secrets that they need, deletion, publishing (points 1 to 8, 11, 12, 21). */
import { appToml } from './bundles';
import { expect, test } from './fixtures';

const NODE_SERVER = `require('node:http').createServer((q, s) => s.end('ok')).listen(process.env.PORT);`;

test('1. a second import of the same name and version is rejected; another version links by name', async ({
  world,
}) => {
  const first = await world.import('dev', { name: 'one' });
  const again = await world.send('dev', { name: 'one' });
  expect(again).toMatchObject({
    status: 409,
    body: { code: 'VERSION_EXISTS' },
  });
  const directory = world.directory('one', {
    'app.toml': appToml({ name: 'one' }),
    'server.js': NODE_SERVER,
  });
  const typed = await world.cli('dev', ['bundle', 'import', directory]);
  expect(typed.code).toBe(1);
  expect(typed.err).toContain('exists already');
  const second = await world.import('dev', {
    name: 'one',
    version: '1.1.0',
  });
  const { body } = await world.api('uma', 'GET', '/apps?name=one');
  expect(
    body.items.map((app: { id: string; newest: boolean }) => [
      app.id,
      app.newest,
    ]),
  ).toEqual([
    [second.id, true],
    [first.id, false],
  ]);
  const newest = await world.api('uma', 'GET', '/apps?newest=true');
  expect(
    newest.body.items.filter((app: { name: string }) => app.name === 'one'),
  ).toHaveLength(1);
  const listed = await world.cli('uma', ['app', 'list', '--name', 'one']);
  expect(listed.out).toContain('1.1.0');
  expect(listed.out).toContain('1.0.0');
});

test('2. a name of 64 characters, a name-version over 63, or a trailing hyphen is rejected', async ({
  world,
}) => {
  for (const options of [
    { name: 'a'.repeat(64), version: '1' },
    { name: 'a'.repeat(60), version: '1.0.0' },
    { name: 'trailing-', version: '1' },
  ]) {
    const answer = await world.send('dev', options);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'BAD_APP_TOML' },
    });
    const directory = world.directory('bad-name', {
      'app.toml': appToml(options),
      'server.js': NODE_SERVER,
    });
    expect(
      (await world.cli('dev', ['bundle', 'lint', directory])).code,
    ).not.toBe(0);
  }
  await world.import('dev', { name: 'b'.repeat(57), version: '1.0.0' });
});

test('3. variables of the platform are rejected; those that apps may set are accepted', async ({
  world,
}) => {
  const variable = (name: string) => ({
    name: `env-${name.toLowerCase().replaceAll('_', '-')}`.slice(0, 40),
    tables: `[[Env]]\nName = "${name}"\nValue = "x"`,
  });
  for (const name of ['H2O_CLOUD_X', 'H2O_WAVE_LISTEN']) {
    expect(await world.send('dev', variable(name))).toMatchObject({
      status: 400,
      body: { issues: [expect.objectContaining({ path: 'Env.Name' })] },
    });
    const typed = await world.typeImport('dev', variable(name));
    expect(typed.code).not.toBe(0);
    expect(typed.err).toContain('Env.Name');
  }
  for (const name of [
    'H2O_WAVE_APP_MODE',
    'H2O_WAVE_ML_FOO',
    'H2O_WAVE_MAX_REQUEST_SIZE',
  ])
    await world.import('dev', variable(name));
});

test('4. a variable with Value and Secret is rejected, and so is Value with Optional', async ({
  world,
}) => {
  for (const rest of ['Secret = "s"\nSecretKey = "k"', 'Optional = true']) {
    const app = {
      name: 'env-both',
      tables: `[[Env]]\nName = "A"\nValue = "x"\n${rest}`,
    };
    expect(await world.send('dev', app)).toMatchObject({
      status: 400,
      body: { issues: [expect.objectContaining({ path: 'Env.Value' })] },
    });
    const typed = await world.typeImport('dev', app);
    expect(typed.code).not.toBe(0);
    expect(typed.err).toContain('Env.Value');
  }
});

test('5. a file needs a directory of its own, and /resources is taken', async ({
  world,
}) => {
  const file = (path: string) => `[[File]]\nPath = "${path}"\nValue = "x"\n`;
  for (const tables of [
    file('/x.txt'),
    file('x.txt'),
    file('a/x') + file('a/y'),
    file('/resources/x'),
  ]) {
    expect(await world.send('dev', { name: 'files', tables })).toMatchObject({
      status: 400,
      body: { issues: [expect.objectContaining({ path: 'File.Path' })] },
    });
    const typed = await world.typeImport('dev', { name: 'files', tables });
    expect(typed.code).not.toBe(0);
    expect(typed.err).toContain('File.Path');
  }
  await world.import('dev', {
    name: 'files',
    tables: file('a/x') + file('b/y'),
  });
});

test('6. a LINK app needs an address and no runtime; it is seen and never run', async ({
  world,
}) => {
  const link = { name: 'link', app: 'InstanceLifecycle = "LINK"' };
  const address = '[Link]\nAddress = "https://example.com/"';
  expect((await world.send('dev', { ...link, runtime: null })).status).toBe(
    400,
  );
  expect((await world.send('dev', { ...link, tables: address })).status).toBe(
    400,
  );
  const app = await world.import('dev', {
    ...link,
    runtime: null,
    tables: address,
  });
  for (const person of ['dev', 'uma', 'ada']) {
    expect(await world.api(person, 'GET', `/apps/${app.id}`)).toMatchObject({
      body: {
        linkAddress: 'https://example.com/',
        can: { run: false },
      },
    });
    expect(
      await world.api(person, 'POST', `/apps/${app.id}/instances`),
    ).toMatchObject({ status: 409, body: { code: 'LINK_APP' } });
  }
  const typed = await world.cli('uma', ['app', 'run', app.id]);
  expect(typed.code).not.toBe(0);
  expect(typed.err).toContain('A LINK app runs elsewhere');
});

test('7. a missing secret keeps an app out; an optional one leaves its variable away', async ({
  world,
}) => {
  const env = (optional: boolean) =>
    `[[Env]]\nName = "T_TOKEN"\nSecret = "absent"\nSecretKey = "k"\n${
      optional ? 'Optional = true' : ''
    }`;
  expect(
    await world.send('dev', { name: 'needs-secret', tables: env(false) }),
  ).toMatchObject({ status: 400, body: { code: 'SECRET_MISSING' } });
  const typed = await world.typeImport('dev', {
    name: 'needs-secret',
    tables: env(false),
  });
  expect(typed.code).not.toBe(0);
  expect(typed.err).toContain('you have no secret absent');
  const app = await world.import('dev', {
    name: 'optional-secret',
    tables: `${env(true)}\n[[Env]]\nName = "T_OTHER"\nValue = "there"`,
  });
  const instance = await world.run('uma', app);
  const open = await world.enter('uma', instance.id);
  expect(JSON.parse((await open()).body).env).toEqual({ T_OTHER: 'there' });
  await world.terminate('uma', instance.id);
});

test('8. an app that needs a secret keeps it; deleting the app frees it', async ({
  world,
}) => {
  await world.api('dev', 'PUT', '/secrets/kept', { data: { k: 'v' } });
  const app = await world.import('dev', {
    name: 'keeps-secret',
    tables: '[[Env]]\nName = "A"\nSecret = "kept"\nSecretKey = "k"',
  });
  expect(await world.api('dev', 'DELETE', '/secrets/kept')).toMatchObject({
    status: 409,
    body: {
      code: 'SECRET_IN_USE',
      detail: expect.stringContaining('keeps-secret 1.0.0'),
    },
  });
  expect(
    (await world.api('dev', 'GET', '/secrets/kept/usage')).body.apps,
  ).toEqual([expect.objectContaining({ id: app.id, keys: ['k'] })]);
  expect(
    (await world.cli('dev', ['app', 'delete', app.id, '--yes'])).code,
  ).toBe(0);
  expect((await world.api('dev', 'DELETE', '/secrets/kept')).status).toBe(204);
});

test('11. making an app PRIVATE stops new runs and leaves instances as they are', async ({
  world,
}) => {
  const app = await world.import('dev', { name: 'eleven' });
  const instance = await world.run('uma', app);
  const typed = await world.cli('dev', [
    'app',
    'update',
    app.id,
    '-v',
    'PRIVATE',
  ]);
  expect(typed.code).toBe(0);
  expect(
    (await world.api('uma', 'POST', `/apps/${app.id}/instances`)).status,
  ).toBe(404);
  expect((await world.cli('uma', ['app', 'run', app.id])).code).not.toBe(0);
  const open = await world.enter('uma', instance.id);
  expect((await open()).status).toBe(200);
  await world.terminate('uma', instance.id);
});

test('12. an app with an instance is not deleted, nor with a suspended one', async ({
  world,
}) => {
  const app = await world.import('dev', { name: 'twelve' });
  const instance = await world.run('uma', app, {}, false);
  const refused = { status: 409, body: { code: 'APP_IN_USE' } };
  expect(await world.api('dev', 'DELETE', `/apps/${app.id}`)).toMatchObject(
    refused,
  );
  await world.api('uma', 'POST', `/instances/${instance.id}/suspend`);
  expect(await world.api('dev', 'DELETE', `/apps/${app.id}`)).toMatchObject(
    refused,
  );
  const typed = await world.cli('dev', ['app', 'delete', app.id, '--yes']);
  expect(typed.code).not.toBe(0);
  expect(typed.err).toContain('still has instances');
  await world.terminate('uma', instance.id);
  expect((await world.api('dev', 'DELETE', `/apps/${app.id}`)).status).toBe(
    204,
  );
});

test('21. bundle deploy publishes privately with the time in the version; bundle test leaves nothing behind', async ({
  world,
}) => {
  const directory = world.directory('twenty-one', {
    'app.toml': appToml({ name: 'twenty-one', version: '1.2.3' }),
    'server.js': NODE_SERVER,
  });
  const deployed = await world.cli('dev', [
    'bundle',
    'deploy',
    directory,
    '--json',
  ]);
  expect(deployed).toMatchObject({ code: 0 });
  const [app] = (
    await world.api('dev', 'GET', '/apps?scope=mine&name=twenty-one')
  ).body.items;
  expect(app).toMatchObject({ visibility: 'PRIVATE' });
  expect(app.version).toMatch(/^1\.2\.3-\d{14}$/);
  const mine = (await world.api('dev', 'GET', '/instances')).body.items;
  await world.terminate(
    'dev',
    ...mine
      .filter((each: { appId: string }) => each.appId === app.id)
      .map((each: { id: string }) => each.id),
  );
  const testing = await world.cliUntil('dev', ['bundle', 'test', directory], {
    cwd: world.room,
    shows: /\.apps\.localhost/,
  });
  const during = (
    await world.api('dev', 'GET', '/apps?scope=mine&name=twenty-one')
  ).body.items;
  expect(during).toHaveLength(2);
  await testing.interrupt();
  const left = await world.api(
    'dev',
    'GET',
    '/apps?scope=mine&name=twenty-one',
  );
  expect(left.body.items.map((each: { id: string }) => each.id)).toEqual([
    app.id,
  ]);
});
