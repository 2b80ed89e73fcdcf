/** Apps of one file, for what goes wrong. */
import { expect } from '@playwright/test';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Portal } from './portal';

/** A server that answers `ok`. */
export const SERVES = `require('http').createServer((q,s)=>s.end('ok')).listen(process.env.PORT)`;

/**
 * Publishes an app for all users, as Uma; its id.
 *
 * @param server - its only file
 * @param runtime - more lines of the section `[Runtime]`
 */
export async function importApp(
  portal: Portal,
  name: string,
  server: string,
  runtime = '',
): Promise<string> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      `[App]\nName = "${name}"\nVersion = "1.0.0"\nTitle = "${name}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n${runtime}`,
    ),
    'app.toml',
  );
  zip.addBuffer(Buffer.from(server), 'server.js');
  zip.end();
  const { status, body } = await portal.api(
    'uma',
    '/apps?visibility=ALL_USERS',
    {
      method: 'POST',
      headers: { 'content-type': 'application/zip' },
      body: new Uint8Array(await buffer(zip.outputStream as Readable)),
    },
  );
  expect(status).toBe(201);
  return body.app.id;
}

/** Runs an app; the id of its instance. */
export async function launch(
  portal: Portal,
  person: string,
  appId: string,
): Promise<string> {
  const { body } = await portal.api(person, `/apps/${appId}/instances`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  return body.id;
}
