/** What a person who runs an app can reach through the values that they give. */
import { expect, test } from './fixtures';

test('3: a parameter never reads the secrets of the author', async ({
  world,
}) => {
  await world.api('dev', 'PUT', '/secrets/greeting', {
    data: { text: 'only-for-the-app' },
  });
  const app = await world.import('dev', {
    name: 'three',
    tables: `
[[Parameter]]
Name = "T_TITLE"
[[Env]]
Name = "T_GREETING"
Secret = "greeting"
SecretKey = "text"
[[Env]]
Name = "T_COMPOSED"
Value = "<$(T_GREETING)>"
`,
  });
  const instance = await world.run('uma', app, {
    parameters: { T_TITLE: '$(T_GREETING) $$(T_GREETING) $5 $$' },
  });
  const { body } = await (await world.enter('uma', instance.id))('/');
  expect(JSON.parse(body).env).toEqual({
    T_TITLE: '$(T_GREETING) $$(T_GREETING) $5 $$',
    T_GREETING: 'only-for-the-app',
    T_COMPOSED: '<only-for-the-app>',
  });
});
