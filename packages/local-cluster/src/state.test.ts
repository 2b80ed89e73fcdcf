/** What a cluster keeps on disk: whoever kills it, fills the disk, begins it twice or comes from an earlier version. */
import Database from 'better-sqlite3';
import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, IMAGES, processesWith } from './__testUtils__/clusters';
import { startLocalCluster } from './';

const run = promisify(execFile);
const MAIN = join(__dirname, '__fixtures__/killable.js');
const TRANSFORM = [
  '--require',
  require.resolve('@backstage/cli/config/nodeTransform.cjs'),
];
const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';

/** What a process of a cluster tells: its kubeconfig, or `error: …`; undefined where it ends without. */
async function told(child: ChildProcess): Promise<string | undefined> {
  return new Promise(resolve => {
    // The transform of TypeScript sends messages of its own.
    child.on('message', message => {
      if (typeof message === 'string') resolve(message);
    });
    child.once('exit', () => resolve(undefined));
  });
}

const begin = (directory: string, ...rest: string[]) =>
  fork(MAIN, [directory, ...rest], {
    execArgv: TRANSFORM,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });

/** Writes one object anew and anew until nobody answers. */
async function writeUntilDead(
  client: Client,
  round: number,
  n: number,
  answered: Map<string, string>,
): Promise<void> {
  const name = `m${n}`;
  for (let count = 0; ; count++) {
    const value = `${round}.${count}.${'x'.repeat(n * 500)}`;
    const answer = await client
      .apply(`${CONFIGMAPS}/${name}`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { value },
      })
      .catch(() => undefined);
    if (!answer) return;
    expect([200, 201]).toContain(answer.status);
    answered.set(name, value);
  }
}

/** Every object as it was answered last, or with the one write more that was not. */
async function expectKept(
  client: Client,
  answered: Map<string, string>,
): Promise<void> {
  const { body } = await client.call('GET', CONFIGMAPS);
  const kept = new Map<string, any>(
    body.items.map((item: any) => [item.metadata.name, item]),
  );
  for (const [name, value] of answered) {
    const { data, metadata } = kept.get(name);
    const [round, count] = value.split('.').map(Number);
    const [keptRound, keptCount] = data.value.split('.').map(Number);
    // The last write may have been kept without being answered.
    expect(
      keptRound === round
        ? [count, count + 1].includes(keptCount)
        : keptRound > round && keptCount === 0,
    ).toBe(true);
    expect(data.value).toHaveLength(
      value.length -
        `${round}.${count}`.length +
        `${keptRound}.${keptCount}`.length,
    );
    expect(Number(metadata.resourceVersion)).toBeLessThanOrEqual(
      Number(body.metadata.resourceVersion),
    );
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('14: the state of a cluster', () => {
  const room = mkdtempSync(join(tmpdir(), 'lc-'));
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  it('holds every write that was answered, whenever the process is killed', async () => {
    const directory = join(room, 'killed');
    const answered = new Map<string, string>();
    for (const [round, afterMs] of [1, 40, 150].entries()) {
      const child = begin(directory, 'no-pods');
      const client = new Client((await told(child))!);
      await expectKept(client, answered);
      const isOf = (value: string) => value.startsWith(`${round}.`);
      const killed = client
        .until(
          'each has an answer',
          async () => answered.size === 8 && [...answered.values()].every(isOf),
        )
        .then(() => sleep(afterMs))
        .then(() => kill(child));
      // Many at once, each changed again and again.
      await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          writeUntilDead(client, round, n, answered),
        ),
      );
      await killed;
    }
    const last = await startLocalCluster({ directory, pods: false });
    const client = new Client(last.kubeconfig);
    await expectKept(client, answered);
    expect(answered.size).toBe(8);
    await last.stop(0);
  });

  it('is of one process, also where two begin at once, and the credentials are its own', async () => {
    const directory = join(room, 'two');
    const children = [begin(directory, 'no-pods'), begin(directory, 'no-pods')];
    const answers = (await Promise.all(children.map(told))) as string[];
    const at = answers.findIndex(answer => !answer.startsWith('error: '));
    expect(answers[1 - at]).toContain('another process is using');
    await kill(children[at]);
    const again = begin(directory, 'no-pods');
    const kubeconfig = (await told(again))!;
    const who = (text: string) => /token: (\S+)/.exec(text)![1];
    expect(who(kubeconfig)).toBe(who(answers[at]));
    await kill(again);
  });

  it('is not damaged by a disk that is full: writes are refused, reads are answered, and it goes on', async () => {
    const directory = join(room, 'full');
    mkdirSync(directory);
    // No file may be longer than this: 4,000 blocks of 1,024 bytes.
    const child = spawn(
      'bash',
      [
        '-c',
        'ulimit -S -f 4000; exec "$@"',
        '-',
        process.execPath,
        ...TRANSFORM,
        MAIN,
        directory,
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
    );
    const client = new Client((await told(child))!);
    // It ends while nothing can be written.
    const pod = '/api/v1/namespaces/default/pods/ends';
    const marker = `5.0${process.pid}`;
    await client.call('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'ends' },
      spec: {
        restartPolicy: 'Never',
        containers: [
          { name: 'main', image: 'local/node', command: ['sleep', marker] },
        ],
      },
    });
    await client.until('runs', async () => processesWith(marker) > 0);
    const make = (name: string, size: number) =>
      client.call('POST', CONFIGMAPS, {
        metadata: { name },
        data: { text: 'x'.repeat(size) },
      });
    const names = async (from = client) =>
      (await from.call('GET', CONFIGMAPS)).body.items
        .map((item: any) => item.metadata.name)
        .filter((name: string) => name.startsWith('big'))
        .sort();
    const made: string[] = [];
    // Until not even little can be written.
    for (const size of [700_000, 30_000, 10]) {
      let refused: Awaited<ReturnType<typeof make>> | undefined;
      while (!refused && made.length < 100) {
        const name = `big-${size}-${made.length}`;
        const answer = await make(name, size);
        if (answer.status === 201) made.push(name);
        else refused = answer;
      }
      expect(refused).toMatchObject({
        status: 500,
        body: { kind: 'Status', reason: 'InternalError' },
      });
    }
    expect(await names()).toEqual([...made].sort());
    await client.until('has ended', async () => processesWith(marker) === 0);
    expect((await client.call('GET', pod)).body.status.phase).toBe('Running');
    await run('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
    expect((await make('big-after', 10)).status).toBe(201);
    await client.until(
      'told',
      async () =>
        (await client.call('GET', pod)).body.status.phase === 'Succeeded',
    );
    await kill(child);
    const last = await startLocalCluster({ directory, pods: false });
    expect(await names(new Client(last.kubeconfig))).toEqual(
      [...made, 'big-after'].sort(),
    );
    await last.stop(0);
  });

  it('of an earlier version is read as if it had always been of this one', async () => {
    const directory = join(room, 'earlier');
    mkdirSync(directory);
    const db = new Database(join(directory, 'state.db'));
    db.exec(`
      CREATE TABLE objects (resource TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (resource, key));
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
      INSERT INTO counters VALUES ('resourceVersion', 48);
    `);
    const insert = db.prepare('INSERT INTO objects VALUES (?, ?, ?)');
    const kept = readFileSync(
      join(__dirname, '__fixtures__/state-2026-11-30.jsonl'),
      'utf8',
    ).replaceAll('{{directory}}', directory);
    for (const line of kept.trim().split('\n')) {
      const { resource, key, body } = JSON.parse(line);
      insert.run(resource, key, JSON.stringify(body));
    }
    db.close();

    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const cluster = await startLocalCluster({
      directory,
      images: IMAGES,
    });
    const client = new Client(cluster.kubeconfig);
    const get = async (path: string) => (await client.call('GET', path)).body;
    const core = '/api/v1/namespaces/shop';
    const apps = '/apis/apps/v1/namespaces/shop';
    const [web] = await client.until('both pods run', async () => {
      const { items } = await get(`${core}/pods`);
      const ready = items.filter((pod: any) =>
        pod.status.conditions?.some(
          (each: any) => each.type === 'Ready' && each.status === 'True',
        ),
      );
      return ready.length === 2 && ready.every((pod: any) => pod.status.podIP)
        ? ready.filter((pod: any) => pod.metadata.labels.app === 'web')
        : undefined;
    });
    // The very pod and its ReplicaSet, not another rollout.
    expect(web.metadata.name).toBe('web-bcd5570ac8-fdusx');
    expect((await get(`${apps}/replicasets`)).items).toHaveLength(1);
    // One slice, with where the pod is now.
    await client.until('one slice', async () => {
      const { items } = await get(
        '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices',
      );
      return (
        items.length === 1 &&
        items[0].endpoints?.[0]?.addresses[0] === web.status.podIP
      );
    });
    expect((await get(`${core}/secrets/keys`)).data).toEqual({
      KEY: 'c2VjcmV0',
    });
    expect(
      (await get(`${core}/persistentvolumeclaims/data`)).status.phase,
    ).toBe('Bound');
    // What is applied again as it was changes nothing; a change rolls out.
    const deployment = await get(`${apps}/deployments/web`);
    const { status, metadata, ...rest } = deployment;
    const same = await client.call(
      'PATCH',
      `${apps}/deployments/web?fieldManager=ai-app-store&force=true`,
      { ...rest, metadata: { name: 'web' } },
      { type: 'application/apply-patch+yaml' },
    );
    expect(same.body.metadata.generation).toBe(metadata.generation);
    const labelled = await client.call(
      'PATCH',
      `${core}/pods/${web.metadata.name}`,
      { metadata: { labels: { seen: 'yes' } } },
      { type: 'application/merge-patch+json' },
    );
    expect(labelled.status).toBe(200);
    await client.call(
      'PATCH',
      `${apps}/deployments/web`,
      { spec: { template: { metadata: { annotations: { now: 'other' } } } } },
      { type: 'application/merge-patch+json' },
    );
    await client.until('rolled out', async () => {
      const { items } = await get(`${apps}/replicasets`);
      return (
        items.length === 2 &&
        items.every(
          (each: any) =>
            (each.status.readyReplicas ?? 0) ===
            (each.metadata.name === 'web-bcd5570ac8' ? 0 : 1),
        )
      );
    });
    await cluster.stop(0);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });
});
