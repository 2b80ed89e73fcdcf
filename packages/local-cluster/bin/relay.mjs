// Runs inside a pod's network namespace, the only process there besides the
// pod's own. Inwards: a Unix socket whose clients name an address and a port and are joined to
// it. Outwards: a local port whose clients are joined to the node's proxy.
//
// A pod's own address is none of the loopback's: what listens there alone is not reached from outside.
//
//   node relay.mjs <inward socket> <outward socket> <outward port>
import { connect, createServer } from 'node:net';

const [, , inward, outward, outwardPort] = process.argv;
const options = { allowHalfOpen: true };

/**
 * @param {import('node:net').Socket} a
 * @param {import('node:net').Socket} b
 */
function join(a, b) {
  const end = () => {
    a.destroy();
    b.destroy();
  };
  a.on('error', end);
  b.on('error', end);
  a.on('close', end);
  b.on('close', end);
  a.pipe(b);
  b.pipe(a);
}

/**
 * @param {import('node:net').Socket} client
 * @param {number} port
 * @param {Buffer} rest
 * @param {string[]} hosts
 */
function dial(client, port, rest, hosts) {
  const server = connect({ ...options, port, host: hosts[0] });
  server.once('error', () => {
    if (hosts.length > 1) dial(client, port, rest, hosts.slice(1));
    else client.destroy();
  });
  server.once('connect', () => {
    server.removeAllListeners('error');
    client.write('+');
    if (rest.length) client.unshift(rest);
    join(client, server);
  });
}

createServer(options, client => {
  client.once('error', () => client.destroy());
  client.once('data', chunk => {
    client.pause();
    const at = chunk.indexOf(10);
    const [address, port] = chunk.subarray(0, at).toString().split(' ');
    if (!(Number(port) > 0 && Number(port) < 65536)) {
      client.destroy();
      return;
    }
    const hosts = address === '127.0.0.1' ? [address, '::1'] : [address];
    dial(client, Number(port), chunk.subarray(at + 1), hosts);
  });
}).listen(inward, () => {
  createServer(options, client => {
    const server = connect({ ...options, path: outward });
    server.once('error', () => client.destroy());
    join(client, server);
  }).listen(Number(outwardPort), '127.0.0.1', () => {
    process.stdout.write('ready\n');
    // A process takes several times as long for its first connection as for later ones: one through
    // all of it, which the node's proxy refuses, before anybody waits.
    const first = connect({ ...options, path: inward });
    first.on('error', () => first.destroy());
    first.end(`127.0.0.1 ${outwardPort}\nGET / HTTP/1.0\r\n\r\n`);
    first.resume();
  });
});
