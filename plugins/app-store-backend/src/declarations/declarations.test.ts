/**
 * A team's app through its repository: declared, changed, rolled back and retired, with a real
 * catalog, a real Git repository and the local cluster.
 */
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
} from '../__testUtils__/DeclarationsUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(240_000);

const APP = declared('App', 'lunch', {
  visibility: 'ALL_USERS',
  tags: ['GUESTS'],
});
const INSTANCE = declared('AppInstance', 'lunch', {
  app: 'lunch',
  visibility: 'ALL_USERS',
});
const ALIAS = declared('AppAlias', 'lunch', {
  instance: 'lunch',
  primary: true,
});
const SECRET = declared('AppSecret', 'lunch-db', {
  keys: { token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } } },
});
/** A file without a document is one that cannot be read, to a catalog. */
const COMPONENT = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'lunch-service' },
  spec: { type: 'service', lifecycle: 'production', owner: 'users' },
};
const ALL = [APP, INSTANCE, ALIAS, SECRET];
const NEEDS_SECRET = {
  toml: '[[Env]]\nName = "TOKEN"\nSecret = "lunch-db"\nSecretKey = "token"\n',
};

describe.each(behaviourIds())('declared in a repository, on %s', id => {
  beforeAll(() => {
    process.env.LUNCH_TOKEN = 'soup';
  });

  it('appears, runs, is changed, rolled back, and goes', async () => {
    const test = await DeclarationsUnderTest.start(id, {
      files: {
        ...appFiles('lunch', '1.0.0', NEEDS_SECRET),
        ...catalogInfo(...ALL),
      },
    });
    try {
      const alias = await test.settles('appalias:default/lunch', 'IN_SYNC');
      const instance = await test.settles(
        'appinstance:default/lunch',
        'IN_SYNC',
      );
      const app = await test.settles('app:default/lunch', 'IN_SYNC');
      await test.settles('appsecret:default/lunch-db', 'IN_SYNC');
      expect(app).toMatchObject({
        owner: 'user:default/dev',
        content: { name: 'lunch', version: '1.0.0', etag: expect.any(String) },
      });
      expect(await test.get(`/apps/${app.resourceId}`)).toMatchObject({
        name: 'lunch',
        version: '1.0.0',
        owner: 'user:default/dev',
        visibility: 'ALL_USERS',
        tags: [{ name: 'GUESTS' }],
      });
      await test.store.until(instance.resourceId!, 'DEPLOYED');
      expect(await test.get('/aliases/lunch')).toMatchObject({
        id: alias.resourceId,
        instanceId: instance.resourceId,
        primary: true,
        creator: 'user:default/dev',
      });

      // Backstage's Kubernetes plugin finds its pod by this.
      const entity = await test.entity('appinstance:default/lunch', 'dev');
      const podsOf = async () => {
        const { items } = (await test.store.kube(
          `/api/v1/namespaces/app-store/pods?labelSelector=backstage.io/kubernetes-id=${
            entity!.metadata.annotations!['backstage.io/kubernetes-id']
          }`,
        )) as {
          items: Array<{ metadata: { labels: Record<string, string> } }>;
        };
        return items.map(
          ({ metadata }) => metadata.labels['ai-app-store.io/instance'],
        );
      };
      expect(await podsOf()).toEqual([instance.resourceId]);

      // A new version: another instance takes the place, and the alias leads to it.
      await test.commit({
        ...appFiles('lunch', '1.1.0', NEEDS_SECRET),
        ...catalogInfo(...ALL),
      });
      const second = await test.settles(
        'appinstance:default/lunch',
        'IN_SYNC',
        ({ resourceId }) => resourceId !== instance.resourceId,
      );
      expect(await test.get(`/instances/${second.resourceId}`)).toMatchObject({
        appVersion: '1.1.0',
        status: 'DEPLOYED',
      });
      await test.settles('appalias:default/lunch', 'IN_SYNC');
      expect(await test.get('/aliases/lunch')).toMatchObject({
        instanceId: second.resourceId,
        primary: true,
      });
      await until(
        async () =>
          (await test.get('/instances?scope=mine')).items.length === 1,
        () => test.get('/instances?scope=mine'),
      );

      // Back to the version before.
      await test.commit({
        ...appFiles('lunch', '1.0.0', NEEDS_SECRET),
        ...catalogInfo(...ALL),
      });
      const third = await test.settles(
        'appinstance:default/lunch',
        'IN_SYNC',
        ({ resourceId }) => resourceId !== second.resourceId,
      );
      expect(await test.get(`/instances/${third.resourceId}`)).toMatchObject({
        appVersion: '1.0.0',
      });
      const { items: seen } = await test.get('/apps?name=lunch', 'uma');
      expect(seen.map((each: { version: string }) => each.version)).toEqual([
        '1.0.0',
      ]);

      // Retired: what was declared is kept until somebody ends it.
      await test.commit(catalogInfo(COMPONENT));
      for (const ref of [
        'appalias:default/lunch',
        'appinstance:default/lunch',
        'app:default/lunch',
        'appsecret:default/lunch-db',
      ])
        await test.settles(ref, 'ORPHANED');
      expect(await test.get(`/instances/${third.resourceId}`)).toMatchObject({
        status: 'DEPLOYED',
      });
    } finally {
      await test.stop();
    }
  });
});
