/**
 * The 25 points of specification section 14, one test each, against a portal on SQLite
 * and one on PostgreSQL: through REST, through the command where a point has such a
 * surface, through the gateway, and in a browser for what people see.
 */
import { expect, test } from '@playwright/test';
import { signedIn, type Person } from '../e2e/people';
import { appToml } from './bundles';
import { World, type DatabaseKind } from './World';

const NODE_SERVER = `require('node:http').createServer((q, s) => s.end('ok')).listen(process.env.PORT);`;
const MINUTE = 60_000;

for (const kind of ['SQLite', 'PostgreSQL'] as DatabaseKind[])
  test.describe(`on ${kind}`, () => {
    const world = new World();

    test.beforeAll(async () => {
      test.setTimeout(300_000);
      await world.start(kind);
    });
    test.afterEach(() => world.tidy());
    test.afterAll(() => world.stop());

    test('1. a second import of the same name and version is rejected; another version links by name', async () => {
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

    test('2. a name of 64 characters, a name-version over 63, or a trailing hyphen is rejected', async () => {
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

    test('3. variables of the platform are rejected; those that apps may set are accepted', async () => {
      const variable = (name: string) => ({
        name: `env-${name.toLowerCase().replaceAll('_', '-')}`.slice(0, 40),
        tables: `[[Env]]\nName = "${name}"\nValue = "x"`,
      });
      for (const name of ['H2O_CLOUD_X', 'H2O_WAVE_LISTEN'])
        expect(await world.send('dev', variable(name))).toMatchObject({
          status: 400,
          body: { issues: [expect.objectContaining({ path: 'Env.Name' })] },
        });
      for (const name of [
        'H2O_WAVE_APP_MODE',
        'H2O_WAVE_ML_FOO',
        'H2O_WAVE_MAX_REQUEST_SIZE',
      ])
        await world.import('dev', variable(name));
    });

    test('4. a variable with Value and Secret is rejected, and so is Value with Optional', async () => {
      for (const rest of ['Secret = "s"\nSecretKey = "k"', 'Optional = true'])
        expect(
          await world.send('dev', {
            name: 'env-both',
            tables: `[[Env]]\nName = "A"\nValue = "x"\n${rest}`,
          }),
        ).toMatchObject({
          status: 400,
          body: { issues: [expect.objectContaining({ path: 'Env.Value' })] },
        });
    });

    test('5. a file needs a directory of its own, and /resources is taken', async () => {
      const file = (path: string) =>
        `[[File]]\nPath = "${path}"\nValue = "x"\n`;
      for (const tables of [
        file('/x.txt'),
        file('x.txt'),
        file('a/x') + file('a/y'),
        file('/resources/x'),
      ])
        expect(
          await world.send('dev', { name: 'files', tables }),
        ).toMatchObject({
          status: 400,
          body: { issues: [expect.objectContaining({ path: 'File.Path' })] },
        });
      await world.import('dev', {
        name: 'files',
        tables: file('a/x') + file('b/y'),
      });
    });

    test('6. a LINK app needs an address and no runtime; it is seen and never run', async () => {
      const link = { name: 'link', app: 'InstanceLifecycle = "LINK"' };
      const address = '[Link]\nAddress = "https://example.com/"';
      expect((await world.send('dev', { ...link, runtime: null })).status).toBe(
        400,
      );
      expect(
        (await world.send('dev', { ...link, tables: address })).status,
      ).toBe(400);
      const app = await world.import('dev', {
        ...link,
        runtime: null,
        tables: address,
      });
      for (const person of ['dev', 'uma', 'ada']) {
        expect(await world.api(person, 'GET', `/apps/${app.id}`)).toMatchObject(
          {
            body: {
              linkAddress: 'https://example.com/',
              can: { run: false },
            },
          },
        );
        expect(
          await world.api(person, 'POST', `/apps/${app.id}/instances`),
        ).toMatchObject({ status: 409, body: { code: 'LINK_APP' } });
      }
      const typed = await world.cli('uma', ['app', 'run', app.id]);
      expect(typed.code).not.toBe(0);
      expect(typed.err).toContain('A LINK app runs elsewhere');
    });

    test('7. a missing secret keeps an app out; an optional one leaves its variable away', async () => {
      const env = (optional: boolean) =>
        `[[Env]]\nName = "T_TOKEN"\nSecret = "absent"\nSecretKey = "k"\n${
          optional ? 'Optional = true' : ''
        }`;
      expect(
        await world.send('dev', { name: 'needs-secret', tables: env(false) }),
      ).toMatchObject({ status: 400, body: { code: 'SECRET_MISSING' } });
      const app = await world.import('dev', {
        name: 'optional-secret',
        tables: `${env(true)}\n[[Env]]\nName = "T_OTHER"\nValue = "there"`,
      });
      const instance = await world.run('uma', app);
      const open = await world.enter('uma', instance.id);
      expect(JSON.parse((await open()).body).env).toEqual({ T_OTHER: 'there' });
      await world.terminate('uma', instance.id);
    });

    test('8. an app that needs a secret keeps it; deleting the app frees it', async () => {
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
      expect((await world.api('dev', 'DELETE', '/secrets/kept')).status).toBe(
        204,
      );
    });

    test('9. the worked example of visitors holds, and what is not for visitors stays hidden', async () => {
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
            (await world.api(person, 'POST', `/apps/${app.id}/instances`))
              .status,
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

    test('10. an app owner and an admin read status and log of a PRIVATE instance, and do not get in', async () => {
      const app = await world.import('dev', { name: 'ten' });
      const instance = await world.run('uma', app);
      for (const person of ['dev', 'ada']) {
        expect(
          (await world.api(person, 'GET', `/instances/${instance.id}/status`))
            .body,
        ).toMatchObject({ status: 'Running', restartCount: 0 });
        const log = await world.api(
          person,
          'GET',
          `/instances/${instance.id}/logs`,
        );
        expect(log.body).toContain('began ten');
        const typed = await world.cli(person, [
          'instance',
          'logs',
          instance.id,
        ]);
        expect(typed.out).toContain('began ten');
        const open = await world.enter(person, instance.id);
        expect((await open()).status).toBe(403);
      }
      const open = await world.enter('uma', instance.id);
      expect((await open()).status).toBe(200);
      await world.terminate('uma', instance.id);
    });

    test('11. making an app PRIVATE stops new runs and leaves instances as they are', async () => {
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

    test('12. an app with an instance is not deleted, nor with a suspended one', async () => {
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

    test('13. who may open an instance is decided anew with the next request', async () => {
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
        expect(await world.eventually(status, s => s === expected)).toBe(
          expected,
        );
      }
      await world.terminate('uma', instance.id);
    });

    test('14. a paused instance is not served; resumed, it has its volume, and a new deadline', async () => {
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
      await world.api('uma', 'POST', `/instances/${before.id}/resume`);
      const after = await world.until('uma', before.id, 'DEPLOYED');
      expect(Date.parse(after.suspendAfter!)).toBeGreaterThan(
        Date.parse(before.suspendAfter!),
      );
      const again = await world.eventually(
        open,
        answer => answer.status === 200,
      );
      expect(JSON.parse(again.body)).toMatchObject({
        starts: 'xx',
        files: 'y',
      });
      await world.terminate('uma', before.id);
    });

    test('15. InstanceTimeout of a minute pauses, -1 never does, and an admin can lift a deadline', async () => {
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

    test('16. the 11th instance, the 6th of a visitor and one version too many are refused', async () => {
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
        expect(typed.err).toContain('your limit');
        // A suspended one does not count, and needs its place again to be resumed.
        const [first, second] = started.map(answer => answer.body.id);
        await world.api(person, 'POST', `/instances/${first}/suspend`);
        const instead = await world.run(person, app, {}, false);
        expect(
          await world.api(person, 'POST', `/instances/${first}/resume`),
        ).toMatchObject({ status: 409, body: { code: 'INSTANCE_LIMIT' } });
        await world.terminate(person, second);
        expect(
          (await world.api(person, 'POST', `/instances/${first}/resume`))
            .status,
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
    });

    test('17. the two routing modes lead to each other by 307, and the app sees the whole path', async () => {
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
      expect(
        JSON.parse((await world.visit(domain.id, '/a?c=d')).body).url,
      ).toBe('/a?c=d');
      await world.terminate('dev', domain.id, path.id);
    });

    test('18. aliases: the primary one is the address; an instance that ends leaves them dangling', async () => {
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
      const assigned = await world.api(
        'dev',
        'PUT',
        '/aliases/beta/assignment',
        { instanceId: two.id },
      );
      expect(assigned.body).toMatchObject({
        instanceId: two.id,
        primary: false,
      });
      expect((await go('beta', 302)).headers.location).toBe(location(two.id));
      expect((await type('assign', 'beta', two.id, 'True')).code).toBe(0);
      expect((await go('beta', 200)).status).toBe(200);
      expect((await type('history', 'beta')).out).toContain('terminated');
      expect(
        (await world.cli('vic', ['alias', 'promote', 'beta'])).code,
      ).not.toBe(0);
      const { body } = await world.api('dev', 'GET', '/aliases/beta/history');
      expect(
        body.items.map((change: { action: string }) => change.action),
      ).toEqual(['assigned', 'assigned', 'terminated', 'promoted', 'created']);
      await world.terminate('dev', two.id);
    });

    test('19. a managed app is visited by everybody and run by its owner', async ({
      browser,
    }) => {
      test.setTimeout(2 * MINUTE);
      const app = await world.import('dev', {
        name: 'nineteen',
        app: 'InstanceLifecycle = "MANAGED"\nTags = ["TA"]',
      });
      expect(
        (await world.api('uma', 'GET', `/apps/${app.id}/managed-instance`))
          .status,
      ).toBe(404);
      const older = await world.run('dev', app, { visibility: 'ALL_USERS' });
      const newer = await world.run('dev', app, { visibility: 'ALL_USERS' });
      const hidden = await world.run('dev', app);
      for (const person of ['uma', 'vic']) {
        expect(
          (await world.api(person, 'GET', `/apps/${app.id}/managed-instance`))
            .body,
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
          visit: page.getByRole('link', { name: 'Visit', exact: true }),
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

    test('20. a PUBLIC instance opens without signing in; PUBLIC apps are listed so in public mode only', async () => {
      test.setTimeout(3 * MINUTE);
      const app = await world.import(
        'dev',
        { name: 'twenty', title: 'Open to all' },
        'visibility=PUBLIC',
      );
      const instance = await world.run('dev', app, { visibility: 'PUBLIC' });
      const closed = await world.run('dev', app);
      expect((await world.visit(instance.id)).status).toBe(200);
      expect(await world.socket(instance.id)).toMatch(
        /^HTTP\/1\.1 101 .*hello$/s,
      );
      expect((await world.visit(closed.id)).status).toBe(302);
      expect(await world.socket(closed.id)).toMatch(/^HTTP\/1\.1 401 /);
      expect((await world.api(undefined, 'GET', '/apps')).status).toBe(401);
      expect((await world.visit('')).status).toBe(404);
      await world.restart({ publicMode: true });
      const listed = await world.api(undefined, 'GET', '/apps');
      expect(
        listed.body.items.map((each: { name: string }) => each.name),
      ).toEqual(['twenty']);
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

    test('21. bundle deploy publishes privately with the time in the version; bundle test leaves nothing behind', async () => {
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
      const testing = await world.cliUntil(
        'dev',
        ['bundle', 'test', directory],
        {
          cwd: world.room,
          shows: /\.apps\.localhost/,
        },
      );
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

    test('22. an update of a secret replaces its keys, and its values are not shown unasked', async () => {
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
      const revealed = await world.api(
        'uma',
        'POST',
        '/secrets/twenty-two/values',
      );
      expect(Buffer.from(revealed.body.data.c, 'base64').toString('utf8')).toBe(
        'third-value',
      );
      expect(Object.keys(revealed.body.data)).toEqual(['c']);
      const type = (args: string[], input?: string) =>
        world.cli('uma', ['secret', ...args], { input });
      const updated = await type(
        ['update', 'twenty-two', '--from-file=d=-'],
        'fourth-value',
      );
      expect(updated.code).toBe(0);
      const unasked = await type(['get', 'twenty-two']);
      expect(unasked.out).toContain('d');
      expect(`${updated.out}${updated.err}${unasked.out}`).not.toContain(
        '-value',
      );
      expect((await type(['get', 'twenty-two', '-e'])).out).toContain(
        'fourth-value',
      );
    });

    test('23. a launch is followed while dependencies install; a crash shows in restarts and the log before', async ({
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
      const launch = await world.run(
        'uma',
        slow,
        { visibility: 'PUBLIC' },
        false,
      );
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
        async () =>
          (
            await world.api('uma', 'GET', `/instances/${launch.id}`)
          ).body,
        body => body.restartCount > 0,
      );
      expect(crashed.restartCount).toBeGreaterThan(0);
      const status = await world.api(
        'uma',
        'GET',
        `/instances/${launch.id}/status`,
      );
      expect(status.body).toMatchObject({ exitCode: 3 });
      await world.until('uma', launch.id, 'DEPLOYED');
      const previous = await world.api(
        'uma',
        'GET',
        `/instances/${launch.id}/logs?previous=true`,
      );
      expect(previous.body).toContain('leaving');
      await world.terminate('uma', launch.id);
    });

    test('24. a tag is a category where the configuration says so, an authorization tag by its roles, a badge otherwise', async ({
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
      expect((await world.api('uma', 'GET', '/tags/PLAIN')).body).toMatchObject(
        {
          kind: 'AUTHORIZATION',
          visitorRoles: ['group:default/finance-guests'],
        },
      );
      await page.reload();
      await expect(
        page.getByRole('region', { name: 'Authorization tags', exact: true }),
      ).toContainText('Plain');
      await world.api('ada', 'PATCH', '/tags/PLAIN', { visitorRoles: [] });
    });

    test('25. an admin governs every instance and app, and runs as nobody else', async () => {
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
      expect((await type('instance', 'list', '--json')).out).toContain(
        instance.id,
      );
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
        ['resume', 'PENDING'],
      ])
        expect(
          (
            await world.api(
              'ada',
              'POST',
              `/instances/${instance.id}/${action}`,
            )
          ).body,
        ).toMatchObject({ status, owner: 'user:default/dev' });
      await world.until('dev', instance.id, 'DEPLOYED');
      expect(
        (await world.api('ada', 'POST', `/apps/${app.id}/instances`)).status,
      ).toBe(403);
      await world.terminate('ada', instance.id);
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
        ['instance:run', 'user:default/dev'],
      ]);
      expect(body.items[0].rule).toBe('3.4 admin');
    });
  });
