// What everybody is at, one line a person, kept on the volume.
const {
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const port = Number(process.env.PORT || 8080);
const directory = process.env.APP_STORE_VOLUME_PATH || '/data';
const file = join(directory, 'board.json');
const LONGEST = 200;

mkdirSync(directory, { recursive: true });
let board = {};
try {
  board = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  // The first start: nobody has said anything.
}

const escape = text => text.replace(/[&<>"']/g, c => `&#${c.codePointAt(0)};`);

const page = who => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Team Board</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:2rem 1rem}
form{display:flex;gap:.5rem}input{flex:1;font:inherit;padding:.5rem .75rem;border-radius:8px;border:1px solid}
button{font:inherit;padding:.4rem .9rem;border-radius:8px;border:1px solid}dt{font-weight:700;margin-top:1rem}
</style></head><body><h1>Team Board</h1>
<form method="post"><input name="line" aria-label="What ${escape(
  who,
)} is at" placeholder="What are you at, ${escape(
  who,
)}?" maxlength="${LONGEST}"><button>Say</button></form>
<dl>${
  Object.entries(board)
    .map(([name, line]) => `<dt>${escape(name)}</dt><dd>${escape(line)}</dd>`)
    .join('') || '<p>Nobody has said anything yet.</p>'
}</dl></body></html>`;

async function handle(request, response) {
  const who = String(request.headers['x-app-store-user'] || 'somebody')
    .split('/')
    .pop();
  if (request.method === 'POST') {
    let text = '';
    for await (const chunk of request) if (text.length < 10_000) text += chunk;
    const line = new URLSearchParams(text).get('line')?.slice(0, LONGEST) ?? '';
    board = { ...board, [who]: line };
    if (!line) delete board[who];
    writeFileSync(`${file}.new`, JSON.stringify(board));
    renameSync(`${file}.new`, file);
    response.writeHead(303, { location: '/' }).end();
    return;
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page(who));
}

const server = createServer((request, response) => {
  handle(request, response).catch(error => {
    response.statusCode = 500;
    response.end(error.message);
  });
}).listen(port, () => console.log(`team board listens on port ${port}`));

process.on(
  'SIGTERM',
  () => server.close(() => process.exit(0)) && server.closeAllConnections(),
);
