/** What is declared in a file that the catalog cannot read as it is now: it says so, stays as it was, and comes back by itself. */
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
} from '../__testUtils__/DeclarationsUnderTest';

jest.setTimeout(240_000);

const APP = 'app:default/lunch';
const ALIAS = 'appalias:default/lunch';
const LUNCH = 'appinstance:default/lunch';

const INSTANCE = declared('AppInstance', 'lunch', { app: 'lunch' });
const ADDRESS = declared('AppAlias', 'lunch', { instance: 'lunch' });
const app = (spec: object = {}) =>
  declared('App', 'lunch', { visibility: 'ALL_USERS', ...spec });

const SOURCE = appFiles('lunch', '1.0.0');
const GOOD = { ...SOURCE, ...catalogInfo(app(), INSTANCE, ADDRESS) };

describe.each(behaviourIds())('a file with a mistake, on %s', id => {
  it('is out of sync with the reason, ends nothing, and comes back', async () => {
    const test = await DeclarationsUnderTest.start(id, { files: GOOD });
    const says = (ref: string, code: string, message: RegExp) =>
      test.settles(
        ref,
        'UNREADABLE',
        ({ problem }) =>
          problem?.code === code && message.test(problem.message),
      );
    const allInSync = async () => {
      for (const ref of [APP, LUNCH, ALIAS]) await test.settles(ref, 'IN_SYNC');
    };
    const isBack = async () => {
      await test.commit(GOOD);
      await allInSync();
    };
    try {
      await allInSync();

      // One document breaks the schema: the others count as they are.
      await test.commit({
        ...SOURCE,
        ...catalogInfo(app({ sorce: './' }), INSTANCE, ADDRESS),
      });
      await says(APP, 'BAD_FILE', /app:default\/lunch: .*sorce/);
      expect(await test.declaration(ALIAS)).toMatchObject({ state: 'IN_SYNC' });
      const { items } = await test.get(
        '/declarations?scope=all&state=UNREADABLE',
        'ada',
      );
      expect(items).toMatchObject([
        { entityRef: APP, problem: { owner: 'author' } },
      ]);
      expect(
        (await test.get('/declarations?scope=all&state=IN_SYNC', 'ada')).items,
      ).toHaveLength(2);
      await isBack();

      // No YAML at all: nothing that stands in it counts as gone.
      await test.commit({ ...SOURCE, 'catalog-info.yaml': 'kind: "App\n' });
      await says(APP, 'BAD_FILE', /YAML/);
      await says(ALIAS, 'BAD_FILE', /YAML/);
      await isBack();

      await test.commit({
        ...SOURCE,
        'catalog-info.yaml': '<!doctype html><title>Sign in</title>',
      });
      await says(ALIAS, 'BAD_FILE', /./);
      await isBack();

      await test.commit(SOURCE);
      await says(ALIAS, 'FILE_NOT_FOUND', /catalog-info\.yaml/);
      await isBack();
      expect((await test.get('/aliases?scope=mine', 'dev')).items).toHaveLength(
        1,
      );

      await test.git.stop();
      await says(ALIAS, 'FILE_NOT_READ', /./);
      expect((await test.get('/aliases?scope=mine', 'dev')).items).toHaveLength(
        1,
      );
    } finally {
      await test.stop();
    }
  });
});
