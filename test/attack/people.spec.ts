/** What one person can take from another through apps, names, tags and answers. */
import { signedIn } from '../e2e/people';
import { expect, test } from './fixtures';

const MINUTE = 60_000;
const NEEDS = `
[[Env]]
Name = "T_TOKEN"
Secret = "five"
SecretKey = "token"
`;

test('5: an app becomes somebody’s by their own word, and what runs keeps the secrets of its start', async ({
  world,
  browser,
}) => {
  test.setTimeout(3 * MINUTE);
  for (const person of ['dev', 'uma'])
    await world.api(person, 'PUT', '/secrets/five', {
      data: { token: `of ${person}` },
    });
  const app = await world.import('dev', { name: 'five', tables: NEEDS });
  const instance = await world.run('dev', app);
  const token = async () => {
    const open = await world.enter('dev', instance.id);
    return JSON.parse((await open()).body).env.T_TOKEN;
  };
  const redeploy = () =>
    world.api('ada', 'POST', `/instances/${instance.id}/redeploy`);
  const owner = async () =>
    (await world.api('ada', 'GET', `/apps/${app.id}`)).body.owner;
  for (const person of ['vic', 'nobody'])
    expect(
      (
        await world.api('dev', 'PUT', `/apps/${app.id}/offer`, {
          owner: person,
        })
      ).status,
    ).toBe(400);
  const typed = await world.cli('dev', [
    'app',
    'transfer',
    'five',
    'uma',
    '-y',
  ]);
  expect(typed.out).toContain('Offered five 1.0.0 to user:default/uma');
  expect(await owner()).toBe('user:default/dev');
  await redeploy();
  await world.until('dev', instance.id, 'DEPLOYED');
  expect(await token()).toBe('of dev');

  const page = await signedIn(browser, world.portal, 'uma');
  await page.goto(`${world.portal.url}/app-store/my-apps`);
  const offered = page.getByRole('region', { name: 'Offered to you' });
  await expect(offered).toContainText('five 1.0.0');
  await expect(offered).toContainText('From Devika Developer, until');
  await expect(offered).toContainText('Uses secrets of its owner: five');
  await offered.getByRole('button', { name: 'Accept five 1.0.0' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('it uses your secrets: five');
  await dialog.getByRole('button', { name: 'Accept' }).click();
  await expect(offered).toHaveCount(0);
  await expect(page.getByRole('table', { name: 'My apps' })).toContainText(
    'five 1.0.0',
  );
  await page.context().close();

  expect(await owner()).toBe('user:default/uma');
  expect((await redeploy()).body).toMatchObject({
    status: 409,
    code: 'OWNER_MAY_NOT_RUN',
  });
  await world.api('uma', 'PATCH', `/apps/${app.id}`, {
    visibility: 'ALL_USERS',
  });
  expect((await redeploy()).status).toBe(200);
  await world.until('dev', instance.id, 'DEPLOYED');
  expect(await token()).toBe('of dev');
});

test('6: a higher version of somebody else’s app comes in by nobody but its owner and admins', async ({
  world,
}) => {
  const app = await world.import('dev', { name: 'six' });
  const answer = await world.send('uma', { name: 'six', version: '99.0.0' });
  expect(answer.body).toMatchObject({
    status: 409,
    code: 'NAME_TAKEN',
    detail: 'The app name six belongs to user:default/dev.',
  });
  const { body } = await world.api('uma', 'GET', '/apps?newest=true&name=six');
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual([app.id]);
});

test('7: a tag opens apps to visitors by those whom it names, and says so', async ({
  world,
  browser,
}) => {
  await world.api('ada', 'POST', '/tags', {
    name: 'SEVEN',
    visitorRoles: ['group:default/design-guests'],
    adminRoles: ['group:default/app-developers'],
  });
  try {
    const app = await world.import('uma', {
      name: 'seven',
      app: 'Tags = ["SEVEN"]',
    });
    const put = (person: string) =>
      world.api(person, 'PUT', `/apps/${app.id}/tags/SEVEN`);
    expect((await put('uma')).status).toBe(403);
    const sees = async () =>
      (await world.api('vic', 'GET', `/apps/${app.id}`)).status;
    expect(await sees()).toBe(404);
    const sentence =
      'Members of app-developers can show apps to design-guests with this tag.';
    expect((await world.cli('uma', ['tag', 'get', 'SEVEN'])).out).toContain(
      sentence,
    );
    const page = await signedIn(browser, world.portal, 'uma');
    await page.goto(`${world.portal.url}/app-store/tags`);
    await expect(page.getByText(sentence)).toBeVisible();
    await page.context().close();
    expect((await put('dev')).status).toBe(200);
    expect(await sees()).toBe(200);
  } finally {
    await world.api('ada', 'DELETE', '/tags/SEVEN');
  }
});

test('10: a refused import tells nothing of what is PRIVATE, and no alias looks like a place to sign in', async ({
  world,
}) => {
  await world.import('dev', { name: 'ten-hidden' }, 'visibility=PRIVATE');
  const told = async (version: string) => {
    const { status, body } = await world.send('uma', {
      name: 'ten-hidden',
      version,
    });
    return [status, JSON.stringify(body).replaceAll(version, 'V')];
  };
  const answers = [await told('1.0.0'), await told('7.0.0')];
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0][0]).toBe(409);
  expect(answers[0][1]).not.toMatch(/dev|PRIVATE|exists/);
  for (const name of ['signin', 'accounts', 'wpad', 'autodiscover', '_dmarc'])
    expect(
      (await world.api('uma', 'POST', '/aliases', { name })).body,
    ).toMatchObject({ status: 400 });
});
