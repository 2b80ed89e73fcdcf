// Serves a static site.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sirv from 'sirv';
import { Failure, numberSetting, setting } from './settings.mjs';

// `import` would load far more; see store.mjs.
/** @type {typeof import('node:http')} */
const { createServer } = createRequire(import.meta.url)('node:http');

/** Serves the app's directory until the pod ends. */
export async function serveStatic() {
  const module = process.env.APP_STORE_APP_MODULE || '.';
  const directory = join(setting('H2O_CLOUD_APP_ROOT'), module);
  const port = numberSetting('PORT', 8080);
  // `/instance/<id>/` where the app is addressed by a path (specification 9).
  const base = (process.env.H2O_WAVE_BASE_URL || '/').replace(/\/$/, '');
  const serve = sirv(directory, {
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders: response => response.setHeader('cache-control', 'no-cache'),
  });
  const server = createServer((request, response) => {
    const missing = () => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Not found in this app.\n');
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    if (base && request.url?.startsWith(`${base}/`))
      request.url = request.url.slice(base.length);
    serve(request, response, missing);
  });
  await /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      server.once('error', error =>
        reject(new Failure(`port ${port}: ${error.message}`)),
      );
      server.listen(port, resolve);
    })
  );
  console.log(`Serving ${module} on port ${port}`);
  process.once('SIGTERM', () => process.exit(0));
}
