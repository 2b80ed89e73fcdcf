/** Somebody who is gone (8): a portal of its own, whose source of people forgets one of them. */
import { expect, test } from '@playwright/test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { send, until } from '../e2e/furnish';
import { enterApp } from '../e2e/gateway';
import { Portal } from '../e2e/portal';

const ORG = readFileSync(resolve(__dirname, '../../examples/org.yaml'), 'utf8');
/** The catalog looks each 10 s, the role cache keeps what it knows for 60 s at most. */
const GONE_MS = 90_000;

test('8: whoever no source of people knows any more is out of the portal, its streams and its apps', async () => {
  test.setTimeout(300_000);
  const portal = new Portal();
  const room = mkdtempSync(join(tmpdir(), 'gone-'));
  const people = join(room, 'org.yaml');
  writeFileSync(people, ORG);
  try {
    await portal.start({
      APP_CONFIG_catalog_locations: JSON.stringify([
        {
          type: 'file',
          target: people,
          rules: [{ allow: ['User', 'Group'] }],
        },
      ]),
    });
    const { items } = await send(portal, 'uma', 'GET', '/apps?search=Hello');
    const instance = await send(
      portal,
      'uma',
      'POST',
      `/apps/${items[0].id}/instances`,
      {},
    );
    await until(portal, 'uma', instance.id, 'DEPLOYED');
    const enter = await enterApp(portal, 'uma', instance.id);
    const authorization = `Bearer ${await portal.token('uma')}`;
    const ask = (path: string) =>
      fetch(`${portal.url}/api/app-store/v1${path}`, {
        headers: { authorization },
      });
    const statuses = async () => ({
      api: (await ask('/me')).status,
      app: (await enter('/')).status,
    });
    expect(await statuses()).toEqual({ api: 200, app: 200 });
    let isOver = false;
    const stream = (async () => {
      const { body } = await ask('/instances/stream');
      for await (const chunk of body as any) if (!chunk) break;
    })()
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });

    writeFileSync(
      people,
      ORG.split('---\n')
        .filter(entity => !/^ {2}name: uma$/m.test(entity))
        .join('---\n'),
    );
    await expect
      .poll(
        async () => {
          const { api, app } = await statuses();
          return { api, insideTheApp: app === 200, isOver };
        },
        { timeout: GONE_MS, intervals: [1000] },
      )
      .toEqual({ api: 401, insideTheApp: false, isOver: true });
    await stream;
  } finally {
    await portal.stop();
    portal.remove();
    rmSync(room, { recursive: true, force: true });
  }
});
