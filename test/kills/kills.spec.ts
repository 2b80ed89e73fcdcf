/** A portal that is killed in the middle of its work, and what it does after its next start. */
import { expect, test } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { Portal } from '../e2e/portal';
import { importApp, launch, SERVES } from '../e2e/smallApps';

test.describe.configure({ mode: 'serial' });

const portal = new Portal();

test.beforeAll(async () => {
  test.setTimeout(240_000);
  await portal.start();
});

test.afterAll(async () => {
  await portal.stop();
  portal.remove();
});

test('killed in the middle of a launch, a pause and an end, it goes on where it should', async () => {
  test.setTimeout(240_000);
  const app = await importApp(portal, 'plain', SERVES);
  const status = async (id: string) => {
    const { body, status: code } = await portal.api('uma', `/instances/${id}`);
    return code === 404 ? 'gone' : body.status;
  };
  const [pausing, ending] = [
    await launch(portal, 'uma', app),
    await launch(portal, 'uma', app),
  ];
  for (const id of [pausing, ending])
    await expect.poll(() => status(id), { timeout: 30_000 }).toBe('DEPLOYED');
  const launching = await launch(portal, 'uma', app);
  await Promise.all([
    portal.api('uma', `/instances/${pausing}/suspend`, { method: 'POST' }),
    portal.api('uma', `/instances/${ending}`, { method: 'DELETE' }),
  ]);
  await portal.kill();
  await expect
    .poll(() => portal.appProcesses(), { timeout: 10_000 })
    .toEqual([]);

  await portal.start();
  await expect
    .poll(() => status(launching), { timeout: 60_000 })
    .toBe('DEPLOYED');
  await expect.poll(() => status(ending), { timeout: 60_000 }).toBe('gone');
  await expect.poll(() => status(pausing)).toBe('SUSPENDED');
  // One instance runs: one pod, one process of the app.
  const apps = () =>
    portal
      .appProcesses()
      .filter(line => line.startsWith('/bin/sh') && line.includes('run.sh'));
  await expect.poll(apps, { timeout: 20_000 }).toHaveLength(1);
  await portal.api('uma', `/instances/${pausing}/resume`, { method: 'POST' });
  await expect
    .poll(() => status(pausing), { timeout: 30_000 })
    .toBe('DEPLOYED');
});

test('killed in the middle of imports, it has whole apps or none', async () => {
  test.setTimeout(240_000);
  const bundle = async (version: number) => {
    const zip = new ZipFile();
    zip.addBuffer(
      Buffer.from(
        `[App]\nName = "com.example.killed"\nVersion = "${version}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`,
      ),
      'app.toml',
    );
    zip.addBuffer(Buffer.from(''), 'server.js');
    // Enough files that checking takes a while.
    for (let i = 0; i < 3000; i++)
      zip.addBuffer(randomBytes(5000), `data/${i}.bin`);
    zip.end();
    return buffer(zip.outputStream as Readable);
  };
  const bundles = await Promise.all([0, 1, 2, 3, 4, 5].map(bundle));
  const token = await portal.token('dev');
  const answered: string[] = [];
  const imports = bundles.map(async (body, version) => {
    // One after the other, so that the kill meets them at different points.
    await sleep(version * 60);
    const response = await fetch(`${portal.url}/api/app-store/v1/apps`, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/zip',
      },
    });
    if (response.status === 201) answered.push(String(version));
  });
  const over = Promise.allSettled(imports);
  await sleep(450);
  await portal.kill();
  await over;
  await portal.start();
  const { body } = await portal.api('dev', '/apps?name=com.example.killed');
  const versions: string[] = body.items.map(
    (app: { version: string }) => app.version,
  );
  expect(versions).toEqual(expect.arrayContaining(answered));
  expect(versions.length).toBeLessThan(6);
  // Each one that is there is whole.
  for (const { id } of body.items) {
    const response = await fetch(
      `${portal.url}/api/app-store/v1/apps/${id}/meta?part=FILES`,
      { headers: { authorization: `Bearer ${await portal.token('dev')}` } },
    );
    expect((await response.text()).split('\n')).toHaveLength(3003);
  }
  expect(readdirSync(join(portal.data, 'bundles/incoming'))).toEqual([]);
  // Those that were cut off can be imported now.
  for (const [version, data] of bundles.entries()) {
    const { status } = await portal.api('dev', '/apps', {
      method: 'POST',
      body: data,
      headers: { 'content-type': 'application/zip' },
    });
    expect([version, status]).toEqual([
      version,
      versions.includes(String(version)) ? 409 : 201,
    ]);
  }
});
