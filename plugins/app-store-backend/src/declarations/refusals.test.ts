/**
 * What is declared badly, or by somebody who may not: each has a clear status, and nothing of
 * somebody else's is touched.
 */
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
  type Files,
} from '../__testUtils__/DeclarationsUnderTest';

jest.setTimeout(240_000);

const fromEnvironment = (name: string) => ({
  keys: { token: { valueFrom: { environmentVariable: name } } },
});
const at = (name: string) => (url: string) =>
  `${url}/${name}/${name}/src/branch/main/`;

/** The repository of `dev`, who is trusted with everything. */
const OWN: Files = {
  ...appFiles('lunch', '1.0.0'),
  ...catalogInfo(
    declared('App', 'lunch', { visibility: 'ALL_USERS' }),
    declared('AppAlias', 'lunch', {}),
    declared('AppSecret', 'common', {
      visibility: 'ALL_USERS',
      ...fromEnvironment('LUNCH_TOKEN'),
    }),
    declared('AppSecret', 'stolen', fromEnvironment('PATH')),
    declared('AppInstance', 'no-version', {
      appName: 'lunch',
      version: '>=9',
    }),
    declared('AppInstance', 'no-app', { app: 'nothing' }),
    declared('App', 'nowhere', { source: 'https://nowhere.invalid/a.zip' }),
    declared('App', 'missing', { source: './missing/' }),
    // They stand on one that is refused.
    declared('AppInstance', 'of-missing', { app: 'missing' }),
    declared('AppAlias', 'of-missing', { instance: 'of-missing' }),
    declared('App', 'out', { source: '../../../../rival/' }),
    // Two instances that each depend on the other.
    declared('AppInstance', 'egg', {
      app: 'lunch',
      dependsOn: ['appinstance:hen'],
    }),
    declared('AppInstance', 'hen', {
      app: 'lunch',
      dependsOn: ['appinstance:egg'],
    }),
    declared('AppTag', 'not-dev', { color: '#123456' }),
  ),
};

/** The repository of `uma`, who is trusted, and declares what is `dev`'s. */
const RIVAL: Files = {
  ...appFiles('lunch', '1.0.0'),
  ...catalogInfo(
    declared('App', 'lunch-of-uma', { visibility: 'PRIVATE' }),
    declared('AppAlias', 'alias-of-uma', { name: 'lunch' }),
    declared('AppInstance', 'instance-of-uma', {
      app: 'app:default/lunch',
      visibility: 'PUBLIC',
    }),
    declared('AppTag', 'guests', {
      name: 'GUARDED',
      adminRoles: ['group:default/users'],
    }),
  ),
};

/** A repository that nobody trusts, whose owner is said to be an admin. */
const STRANGER: Files = {
  ...appFiles('strange', '1.0.0'),
  ...catalogInfo(
    declared('App', 'strange', {
      owner: 'user:default/ada',
      visibility: 'PUBLIC',
    }),
    declared('AppTag', 'strange', { owner: 'user:default/ada' }),
    declared('AppSecret', 'strange', {
      owner: 'user:default/ada',
      ...fromEnvironment('LUNCH_TOKEN'),
    }),
  ),
};

/** A repository of somebody who has left. */
const LEFT: Files = {
  ...appFiles('left', '1.0.0'),
  ...catalogInfo(declared('App', 'left'), declared('AppAlias', 'left')),
};

describe.each(behaviourIds())('declared badly, on %s', id => {
  let test: DeclarationsUnderTest;

  beforeAll(async () => {
    process.env.LUNCH_TOKEN = 'soup';
    test = await DeclarationsUnderTest.start(id, {
      files: OWN,
      repositories: {
        rival: catalogInfo(declared('AppTag', 'later')),
        stranger: STRANGER,
        left: LEFT,
      },
      appStore: { limits: { instances: 5, appVersions: 20 } },
      trust: url => [
        {
          location: at('lunch')(url),
          owner: 'user:default/dev',
          secrets: { environment: ['LUNCH_TOKEN'] },
        },
        { location: at('rival')(url), owner: 'user:default/uma' },
        { location: at('left')(url), owner: 'user:default/gone' },
      ],
    });
    await test.settles('app:default/lunch', 'IN_SYNC');
    await test.settles('appalias:default/lunch', 'IN_SYNC');
    // Whoever declares a name that is free has it: the other one comes later.
    await test.commit(RIVAL, 'rival');
  });
  afterAll(() => test?.stop());

  it.each([
    ['appsecret:default/stolen', 'SECRET_SOURCE_NOT_ALLOWED'],
    ['appsecret:default/common', 'NOT_ALLOWED'],
    ['appinstance:default/no-version', 'NO_SUCH_VERSION'],
    ['appinstance:default/no-app', 'NOT_DECLARED'],
    ['app:default/nowhere', 'SOURCE_UNREACHABLE'],
    ['app:default/missing', 'NO_APP_TOML'],
    ['appinstance:default/of-missing', 'NAMED_REFUSED'],
    ['appalias:default/of-missing', 'NAMED_REFUSED'],
    ['app:default/out', 'BAD_SOURCE'],
    ['apptag:default/not-dev', 'NOT_ALLOWED'],
    ['app:default/lunch-of-uma', 'NAME_TAKEN'],
    ['appalias:default/alias-of-uma', 'ALIAS_EXISTS'],
    ['apptag:default/guests', 'NOT_ALLOWED'],
    ['app:default/left', 'PERSON_UNKNOWN'],
    ['appalias:default/left', 'PERSON_UNKNOWN'],
    ['appsecret:default/strange', 'LOCATION_NOT_TRUSTED'],
  ])('%s is refused: %s', async (ref, code) => {
    // Another refusal may come first: the app is not published yet.
    const { problem } = await test.settles(
      ref,
      'REFUSED',
      found => found.problem?.code === code,
    );
    expect(problem).toMatchObject({
      code,
      message: expect.stringMatching(/^.{20,}$/s),
      remedy: expect.stringMatching(/^.{5,}$/s),
    });
    // What another has is named by nobody.
    expect(JSON.stringify(problem)).not.toMatch(/soup/);
  });

  it('says which versions there are', async () => {
    const { problem } = await test.settles(
      'appinstance:default/no-version',
      'REFUSED',
    );
    expect(problem!.message).toBe(
      'No version of lunch is >=9. There are 1.0.0.',
    );
  });

  it('touches nothing of somebody else’s', async () => {
    const { resourceId } = await test.settles('app:default/lunch', 'IN_SYNC');
    expect(await test.get(`/apps/${resourceId}`)).toMatchObject({
      owner: 'user:default/dev',
      visibility: 'ALL_USERS',
    });
    expect(await test.get('/aliases/lunch')).toMatchObject({
      creator: 'user:default/dev',
    });
    expect(await test.get('/tags/GUARDED', 'ada')).toMatchObject({
      adminRoles: ['group:default/admins'],
    });
    // What nobody accepted is not there, whoever is said to own it.
    for (const ref of ['app:default/strange', 'apptag:default/strange'])
      expect(await test.settles(ref, 'PROPOSED')).not.toHaveProperty('owner');
    const { items } = await test.get('/apps?scope=all&limit=200', 'ada');
    expect(items.map((each: { name: string }) => each.name)).toEqual(['lunch']);
  });

  it('comes to an end where two depend on each other', async () => {
    await test.settles('appinstance:default/egg', 'IN_SYNC');
    await test.settles('appinstance:default/hen', 'IN_SYNC');
  });

  it('lets a name of the catalog give no rights', async () => {
    // It names the app of dev, which uma sees: an instance of her own, no more.
    const { resourceId, owner } = await test.settles(
      'appinstance:default/instance-of-uma',
      'IN_SYNC',
    );
    expect(owner).toBe('user:default/uma');
    expect(await test.get(`/instances/${resourceId}`, 'uma')).toMatchObject({
      owner: 'user:default/uma',
    });
  });

  it('is accepted by somebody with the rights, and only what they saw', async () => {
    const proposal = await test.settles('apptag:default/strange', 'PROPOSED');
    const accept = (who: string, digest = proposal.digest) =>
      test.post(`/declarations/${proposal.id}/accept`, who, { digest });
    expect((await accept('vic')).status).toBe(404);
    expect((await accept('uma')).body).toMatchObject({
      code: 'NOT_ALLOWED',
      status: 403,
    });
    expect((await accept('ada', '0'.repeat(64))).status).toBe(412);
    expect(
      await test.get(`/declarations/${proposal.id}/plan`, 'ada'),
    ).toMatchObject({ action: 'CREATE' });
    expect((await accept('ada')).body).toMatchObject({
      state: 'IN_SYNC',
      owner: 'user:default/ada',
      acceptedBy: 'user:default/ada',
    });
    expect(await test.get('/tags/strange', 'ada')).toMatchObject({
      name: 'strange',
    });
    // What is declared otherwise is a proposal again.
    await test.commit(
      {
        ...STRANGER,
        ...catalogInfo(
          declared('AppTag', 'strange', {
            visitorRoles: ['group:default/guests'],
          }),
        ),
      },
      'stranger',
    );
    await test.settles('apptag:default/strange', 'PROPOSED');
    expect(await test.get('/tags/strange', 'ada')).toMatchObject({
      visitorRoles: [],
    });
  });
});
