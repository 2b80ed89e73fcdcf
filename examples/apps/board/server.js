// A shared board: strokes over a WebSocket, the number of people over an event stream.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { WebSocketServer } = require('ws');

const port = Number(process.env.PORT || 8080);
const KEPT = 5000;
const page = readFileSync(join(__dirname, 'index.html'));
const strokes = [];
const watchers = new Set();

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://app');
  if (pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page);
  } else if (pathname === '/people') {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    watchers.add(response);
    response.write(`data: ${sockets.clients.size}\n\n`);
    request.on('close', () => watchers.delete(response));
  } else {
    response.writeHead(404);
    response.end();
  }
});

const sockets = new WebSocketServer({
  server,
  path: '/strokes',
  maxPayload: 64 * 1024,
});
const tellPeople = () =>
  watchers.forEach(response =>
    response.write(`data: ${sockets.clients.size}\n\n`),
  );

sockets.on('connection', (socket, request) => {
  const who = request.headers['x-app-store-user-name'];
  socket.name = who ? decodeURIComponent(who) : 'Somebody';
  socket.send(JSON.stringify({ type: 'all', strokes }));
  tellPeople();
  socket.on('message', data => {
    let stroke;
    try {
      stroke = JSON.parse(data);
    } catch {
      return;
    }
    if (stroke.type === 'clear') strokes.length = 0;
    else strokes.push(stroke);
    strokes.splice(0, Math.max(0, strokes.length - KEPT));
    const text = JSON.stringify({ ...stroke, by: socket.name });
    for (const client of sockets.clients)
      if (client.readyState === 1) client.send(text);
  });
  socket.on('close', tellPeople);
});

server.listen(port, () => console.log(`board listens on port ${port}`));
