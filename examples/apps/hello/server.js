// A web app in one file: a page, an event stream, an upload and a download.
const { createHash } = require('node:crypto');
const { createServer } = require('node:http');

const port = Number(process.env.PORT || 8080);
const CHUNK = Buffer.alloc(64 * 1024, 'hello app store ');
const LARGEST = 1024 ** 3;

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Hello</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:2rem 1rem}
section{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:12px;padding:1rem 1.25rem;margin:1rem 0}
h1{margin:0 0 .25rem}h2{font-size:1.05rem;margin:0 0 .5rem}output{display:block;font-variant-numeric:tabular-nums;margin-top:.5rem;overflow-wrap:anywhere}
button,a.b{font:inherit;padding:.4rem .9rem;border-radius:8px;border:1px solid;background:none;color:inherit;cursor:pointer;text-decoration:none}
</style></head><body>
<h1>Hello</h1><p>This page is served by an app of the store.</p>
<section><h2>An event stream</h2><output id="clock">waiting…</output></section>
<section><h2>Upload</h2><input type="file" id="file" aria-label="File to upload"> <button id="send">Send 10 MB of zeros</button><output id="up"></output></section>
<section><h2>Download</h2><a class="b" href="download?bytes=104857600" download="hello.bin">100 MB</a></section>
<script>
const $ = id => document.getElementById(id);
new EventSource('events').onmessage = e => { $('clock').textContent = e.data; };
async function upload(body) {
  const began = performance.now();
  const r = await (await fetch('upload', { method: 'POST', body })).json();
  $('up').textContent = r.bytes + ' bytes in ' + Math.round(performance.now() - began) + ' ms, SHA-256 ' + r.sha256;
}
$('send').onclick = () => upload(new Blob([new Uint8Array(10 * 1024 * 1024)]));
$('file').onchange = e => e.target.files[0] && upload(e.target.files[0]);
</script></body></html>`;

async function upload(request, response) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ bytes, sha256: hash.digest('hex') }));
}

function download(url, response) {
  let left = Math.min(
    LARGEST,
    Math.max(0, Number(url.searchParams.get('bytes')) || 0),
  );
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': left,
  });
  const more = () => {
    while (left > 0) {
      const part = CHUNK.subarray(0, Math.min(left, CHUNK.length));
      left -= part.length;
      if (!response.write(part)) return response.once('drain', more);
    }
    return response.end();
  };
  more();
}

function events(request, response) {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  const tick = () => response.write(`data: ${new Date().toISOString()}\n\n`);
  tick();
  const timer = setInterval(tick, 1000);
  request.on('close', () => clearInterval(timer));
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  if (url.pathname === '/upload' && request.method === 'POST')
    return upload(request, response).catch(() => response.destroy());
  if (url.pathname === '/download') return download(url, response);
  if (url.pathname === '/events') return events(request, response);
  if (url.pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    return response.end(page);
  }
  response.writeHead(404, { 'content-type': 'text/plain' });
  return response.end(`nothing at ${url.pathname}${url.search}\n`);
}).listen(port, () => console.log(`hello listens on port ${port}`));
