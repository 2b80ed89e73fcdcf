// Notes on a volume, and a scratch counter beside the app that a suspend does not keep.
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
const file = join(directory, 'notes.json');
const scratch = join(process.cwd(), 'scratch.txt');

mkdirSync(directory, { recursive: true });
const read = (path, fallback) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return fallback;
  }
};
let notes = read(file, []);
let visits = read(scratch, 0);

function save() {
  writeFileSync(`${file}.new`, JSON.stringify(notes));
  renameSync(`${file}.new`, file);
}

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Notes</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:2rem 1rem}
form{display:flex;gap:.5rem}input{flex:1;font:inherit;padding:.5rem .75rem;border-radius:8px;border:1px solid}
button{font:inherit;padding:.4rem .9rem;border-radius:8px;border:1px solid;background:none;color:inherit;cursor:pointer}
li{display:flex;justify-content:space-between;gap:1rem;padding:.5rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent)}ul{list-style:none;padding:0}
small{opacity:.7}
</style></head><body><h1>Notes</h1>
<form id="form"><input id="text" aria-label="New note" placeholder="What is on your mind?" required maxlength="500"><button>Add</button></form>
<ul id="list"></ul><small>Scratch counter, not kept: <span id="visits"></span></small>
<script>
const $ = id => document.getElementById(id);
async function show(response) {
  const { notes, visits } = await response.json();
  $('visits').textContent = visits;
  $('list').replaceChildren(...notes.map(note => {
    const li = document.createElement('li');
    li.append(note.text);
    const button = document.createElement('button');
    button.textContent = 'Remove';
    button.onclick = async () => show(await fetch('notes/' + note.id, { method: 'DELETE' }));
    li.append(button);
    return li;
  }));
}
$('form').onsubmit = async e => {
  e.preventDefault();
  await show(await fetch('notes', { method: 'POST', body: JSON.stringify({ text: $('text').value }), headers: { 'content-type': 'application/json' } }));
  $('text').value = '';
};
fetch('notes').then(show);
</script></body></html>`;

async function body(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error('too long');
  }
  return JSON.parse(text);
}

async function handle(request, response) {
  const { pathname } = new URL(request.url, 'http://app');
  const answer = () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ notes, visits }));
  };
  if (pathname === '/' && request.method === 'GET') {
    visits += 1;
    writeFileSync(scratch, JSON.stringify(visits));
    response.setHeader('content-type', 'text/html; charset=utf-8');
    return response.end(page);
  }
  if (pathname === '/notes' && request.method === 'GET') return answer();
  if (pathname === '/notes' && request.method === 'POST') {
    const { text } = await body(request);
    notes.push({
      id: Date.now().toString(36),
      text: String(text).slice(0, 500),
    });
    save();
    return answer();
  }
  const id = /^\/notes\/([a-z0-9]+)$/.exec(pathname)?.[1];
  if (id && request.method === 'DELETE') {
    notes = notes.filter(note => note.id !== id);
    save();
    return answer();
  }
  response.statusCode = 404;
  return response.end();
}

const server = createServer((request, response) => {
  handle(request, response).catch(error => {
    response.statusCode = 400;
    response.end(error.message);
  });
}).listen(port, () =>
  console.log(
    `notes listens on port ${port}, keeps ${notes.length} notes in ${directory}`,
  ),
);

process.on(
  'SIGTERM',
  () => server.close(() => process.exit(0)) && server.closeAllConnections(),
);
