// Shows what the store tells an app: identity, headers, environment, and that a secret is there.
const { createServer } = require('node:http');

const port = Number(process.env.PORT || 8080);
const PLATFORM =
  /^(H2O_CLOUD_|H2O_WAVE_|APP_STORE_VOLUME|PORT$|GREETING_STYLE$)/;
const escape = text =>
  String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);

/** What this app knows of its visitor and of itself. The secret itself is never shown. */
function facts(request) {
  const { headers } = request;
  return {
    user: headers['x-app-store-user'] ?? null,
    name: headers['x-app-store-user-name']
      ? decodeURIComponent(headers['x-app-store-user-name'])
      : null,
    assertion: Boolean(headers['x-app-store-assertion']),
    cookie: headers.cookie ?? null,
    environment: Object.fromEntries(
      Object.entries(process.env)
        .filter(([name]) => PLATFORM.test(name))
        .sort(),
    ),
    secret: process.env.GREETING
      ? { present: true, length: process.env.GREETING.length }
      : { present: false },
    headers: Object.fromEntries(
      Object.entries(headers).filter(
        ([name]) => name !== 'x-app-store-assertion',
      ),
    ),
  };
}

function rows(object) {
  return Object.entries(object)
    .map(
      ([name, value]) =>
        `<tr><th scope="row">${escape(name)}</th><td>${escape(
          value,
        )}</td></tr>`,
    )
    .join('');
}

function page(f) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Who am I</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:2rem 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent);overflow-wrap:anywhere}th{font-weight:600;white-space:nowrap}
</style></head><body><h1>You are ${escape(
    f.name ?? f.user ?? 'nobody the store knows',
  )}</h1>
<p>Entity: <b id="user">${escape(f.user ?? 'none')}</b>. Signed assertion: <b>${
    f.assertion ? 'there' : 'none'
  }</b>.
Secret: <b id="secret">${
    f.secret.present ? `there, ${f.secret.length} characters` : 'none'
  }</b>.</p>
<h2>What the platform says</h2><table>${rows(f.environment)}</table>
<h2>What the request says</h2><table>${rows(f.headers)}</table></body></html>`;
}

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://app');
  if (pathname === '/facts.json') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(facts(request)));
  } else {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page(facts(request)));
  }
}).listen(port, () => console.log(`whoami listens on port ${port}`));
