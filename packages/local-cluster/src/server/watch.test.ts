import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { parse } from 'yaml';
import { OwnCluster } from '../__testUtils__/clusters';

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
/** Of an object that changes: it is told in one piece. */
const LARGE = 'x'.repeat(200_000);
/** More than a watcher may be behind (16 MiB), and less than what one holds for all of them. */
const CHANGES = 120;

describe('watches', () => {
  const own = OwnCluster.use({ pods: false });

  /** A watch whose client reads as it likes. */
  async function watch(): Promise<TLSSocket> {
    const { clusters, users } = parse(own.client.kubeconfig);
    const { hostname, port, host } = new URL(clusters[0].cluster.server);
    const socket = connect({
      host: hostname,
      port: Number(port),
      servername: 'localhost',
      ca: Buffer.from(
        clusters[0].cluster['certificate-authority-data'],
        'base64',
      ),
    });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    socket.write(
      `GET ${CONFIGMAPS}?watch=true HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${users[0].user.token}\r\n\r\n`,
    );
    return socket;
  }

  const change = (n: number) =>
    own.client.apply(`${CONFIGMAPS}/large`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { n: `change-${n}.`, text: LARGE },
    });

  it('14: whose clients do not read are cut off; all others get every event', async () => {
    const silent = await Promise.all(Array.from({ length: 60 }, watch));
    const reading = await Promise.all(Array.from({ length: 20 }, watch));
    const heard = reading.map(() => new Set<string>());
    reading.forEach((socket, at) => {
      let text = '';
      socket.setEncoding('utf8').on('data', chunk => {
        text += chunk;
        for (const [, n] of text.matchAll(/change-(\d+)\./g)) heard[at].add(n);
        // A number may be cut in two.
        text = text.slice(-20);
      });
    });
    await change(0);
    await own.client.until('all watch', async () =>
      heard.every(each => each.has('0')),
    );
    const before = process.memoryUsage().rss;
    for (let n = 1; n <= CHANGES; n++)
      expect((await change(n)).status).toBe(200);
    await own.client.until('the readers heard', async () =>
      heard.every(each => each.size === CHANGES + 1),
    );
    // Held by each of them it would be 60 times 16 MiB and more.
    const grown = process.memoryUsage().rss - before;
    expect(grown / 1024 / 1024).toBeLessThan(400);

    // Who reads now gets what was on its way, and then the end.
    const ends = silent.map(socket => once(socket, 'close'));
    silent.forEach(socket => socket.resume());
    await Promise.all(ends);
    expect(reading.every(socket => !socket.destroyed)).toBe(true);
    reading.forEach(socket => socket.destroy());
  });
});
