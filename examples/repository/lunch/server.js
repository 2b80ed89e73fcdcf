// Where to go for lunch: everybody votes, as whoever the app store says they are.
const { createServer } = require('node:http');

const places = require('./places.json');
const votes = new Map();

const escaped = text =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);

function page(me) {
  const rows = places
    .map((place, index) => {
      const count = [...votes.values()].filter(vote => vote === index).length;
      const mine = votes.get(me) === index ? ' aria-pressed="true"' : '';
      return `<li><button name="place" value="${index}"${mine}>${escaped(
        place,
      )}</button> <b>${count}</b></li>`;
    })
    .join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lunch</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }
  ul { list-style: none; padding: 0 }
  li { display: flex; align-items: center; gap: 1rem; margin: 0.5rem 0 }
  button { flex: 1; font: inherit; padding: 0.75rem 1rem; text-align: left; border: 1px solid; border-radius: 0.5rem; background: none; color: inherit }
  button[aria-pressed] { background: #9a3412; color: #fff }
</style>
<h1>Where do we go for lunch?</h1>
<form method="post"><ul>${rows}</ul></form>
<p>You are ${escaped(me)}. The menu service ${
    process.env.MENU_TOKEN ? 'knows us' : 'does not know us'
  }.</p></html>`;
}

createServer((request, response) => {
  const me = decodeURIComponent(
    request.headers['x-app-store-user-name'] || 'somebody',
  );
  let body = '';
  request.on('data', chunk => (body += chunk));
  request.on('end', () => {
    if (request.method === 'POST') {
      const place = Number(new URLSearchParams(body).get('place'));
      if (places[place] !== undefined) votes.set(me, place);
      response.writeHead(303, { location: './' }).end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page(me));
  });
}).listen(Number(process.env.PORT), () => console.log('Lunch is served.'));
