/** Bundles for the conformance suite. */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/**
 * An app that answers with what it was asked and what it was given, counts its starts
 * on its volume and in its own files, and greets whoever opens a WebSocket.
 */
export const SERVER = `
const { appendFileSync, readFileSync } = require('node:fs');
const { createHash } = require('node:crypto');
const volume = process.env.APP_STORE_VOLUME_PATH;
if (volume) appendFileSync(volume + '/starts', 'x');
appendFileSync('starts', 'y');
console.log('began ' + process.env.H2O_CLOUD_APP_NAME);
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/exit') { response.end('bye'); console.log('leaving'); setTimeout(() => process.exit(3), 50); return; }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({
    url: request.url,
    starts: volume ? readFileSync(volume + '/starts', 'utf8') : '',
    files: readFileSync('starts', 'utf8'),
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('T_'))),
    user: request.headers['x-app-store-user'],
  }));
});
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.end(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]));
});
server.listen(Number(process.env.PORT));
`;

/** What is different about a bundle. */
export interface BundleOptions {
  name: string;
  version?: string;
  title?: string;
  /** Lines of `[App]`. */
  app?: string;
  /** Lines of `[Runtime]`; null for no such table. */
  runtime?: string | null;
  /** Further tables. */
  tables?: string;
  files?: Record<string, string>;
}

export function appToml(options: BundleOptions): string {
  const { name, version = '1.0.0', title, app = '', runtime, tables } = options;
  return [
    '[App]',
    `Name = ${JSON.stringify(name)}`,
    `Version = ${JSON.stringify(version)}`,
    `Title = ${JSON.stringify(title ?? name)}`,
    app,
    ...(runtime === null
      ? []
      : [
          '[Runtime]',
          'AppMode = "node"',
          'Module = "server.js"',
          runtime ?? '',
        ]),
    tables ?? '',
  ].join('\n');
}

export async function bundle(options: BundleOptions): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(appToml(options)), 'app.toml');
  if (options.runtime !== null) zip.addBuffer(Buffer.from(SERVER), 'server.js');
  for (const [path, text] of Object.entries(options.files ?? {}))
    zip.addBuffer(Buffer.from(text), path);
  zip.end();
  return buffer(zip.outputStream as Readable);
}
