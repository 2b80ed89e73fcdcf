/** The cluster as a whole, over its API: real processes, real files, real sockets. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { get as httpGet } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { LocalCluster, StateLockedError } from '.';
import type { Json } from './types';

jest.setTimeout(60_000);

const IMAGES = {
  'local/node': {
    mounts: [
      {
        source: dirname(dirname(process.execPath)),
        target: '/opt/node',
      },
    ],
    path: ['/opt/node/bin'],
  },
};
const BACK_OFF = { firstMs: 300, lastMs: 1000, resetMs: 60_000 };

class Client {
  constructor(readonly kubeconfig: string) {}

  call(
    method: string,
    path: string,
    body?: Json,
    options: { type?: string; host?: string; token?: string } = {},
  ): Promise<{ status: number; body: Json }> {
    const config = parse(this.kubeconfig);
    const url = new URL(config.clusters[0].cluster.server + path);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method,
          servername: 'localhost',
          ca: Buffer.from(
            config.clusters[0].cluster['certificate-authority-data'],
            'base64',
          ),
          headers: {
            authorization: `Bearer ${
              options.token ?? config.users[0].user.token
            }`,
            'content-type': options.type ?? 'application/json',
            ...(options.host ? { host: options.host } : {}),
          },
        },
        response => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', chunk => (text += chunk));
          response.on('end', () => {
            let parsed: Json = text;
            try {
              parsed = JSON.parse(text);
            } catch {
              // A log is text.
            }
            resolve({ status: response.statusCode!, body: parsed });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  apply(path: string, body: Json) {
    return this.call('PATCH', `${path}?fieldManager=test&force=true`, body, {
      type: 'application/apply-patch+yaml',
    });
  }

  async pods(app: string): Promise<Json[]> {
    const { body } = await this.call(
      'GET',
      `/api/v1/namespaces/default/pods?labelSelector=app%3D${app}`,
    );
    return body.items;
  }

  async until<T>(
    what: string,
    look: () => Promise<T | undefined | false>,
  ): Promise<T> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`never: ${what}`);
      await sleep(30);
    }
  }
}

function workload(
  kind: string,
  app: string,
  container: Json,
  extra: Json = {},
) {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: app },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app } },
      ...(kind === 'StatefulSet' ? { serviceName: app } : {}),
      template: {
        metadata: { labels: { app } },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [{ name: 'main', image: 'local/node:24', ...container }],
          ...extra,
        },
      },
    },
  };
}

const script = (code: string) => ['node', '-e', code];

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpGet(url, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

function processesWith(marker: string): number {
  const out = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return out.split('\n').filter(line => line.includes(marker)).length;
}

const isReady = (pod: Json) =>
  pod.status.conditions?.some(
    (c: Json) => c.type === 'Ready' && c.status === 'True',
  );

describe('LocalCluster', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lc-'));
  let cluster: LocalCluster;
  let client: Client;

  beforeAll(async () => {
    cluster = await LocalCluster.start({
      directory,
      images: IMAGES,
      backOff: BACK_OFF,
    });
    client = new Client(cluster.kubeconfig);
  });

  afterAll(async () => {
    await cluster.stop(500);
    rmSync(directory, { recursive: true, force: true });
  });

  const deployments = '/apis/apps/v1/namespaces/default/deployments';

  it('runs two copies of an app on one fixed port, each with its own files, and leads to each', async () => {
    const server = script(
      `const fs=require('fs');fs.writeFileSync('/data/who',process.env.WHO);require('http').createServer((q,s)=>s.end(fs.readFileSync('/data/who'))).listen(8080)`,
    );
    for (const who of ['ann', 'bob']) {
      const { status } = await client.apply(
        `${deployments}/${who}`,
        workload(
          'Deployment',
          who,
          {
            command: server,
            env: [{ name: 'WHO', value: who }],
            ports: [{ containerPort: 8080, name: 'http' }],
            readinessProbe: { httpGet: { port: 'http' }, periodSeconds: 1 },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
          { volumes: [{ name: 'data', emptyDir: {} }] },
        ),
      );
      expect(status).toBe(201);
    }
    const api = client;
    for (const who of ['ann', 'bob']) {
      const pod = await api.until(`${who} ready`, async () =>
        (await api.pods(who)).find(isReady),
      );
      expect(await get(`http://${pod.status.podIP}:8080/`)).toBe(who);
    }
    expect((await client.call('DELETE', `${deployments}/ann`)).status).toBe(
      200,
    );
    await client.until(
      'ann gone',
      async () => !(await client.pods('ann')).length,
    );
    expect((await client.pods('bob')).length).toBe(1);
    await client.call('DELETE', `${deployments}/bob`);
  });

  it('keeps a claim across a StatefulSet of none, never two pods, and drops it with its directory', async () => {
    const path = '/apis/apps/v1/namespaces/default/statefulsets/keep';
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
    await client.apply(`${claims}/keep`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'keep' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
    const set = workload(
      'StatefulSet',
      'keep',
      {
        command: script(
          `const fs=require('fs');fs.appendFileSync('/data/runs','x');fs.appendFileSync('/tmp/runs','x');require('http').createServer((q,s)=>s.end(fs.readFileSync('/data/runs')+' '+fs.readFileSync('/tmp/runs'))).listen(8080)`,
        ),
        ports: [{ containerPort: 8080 }],
        readinessProbe: { tcpSocket: { port: 8080 } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
      {
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'keep' } },
        ],
      },
    );
    await client.apply(path, set);
    await client.until('first', async () =>
      (await client.pods('keep')).find(isReady),
    );
    await client.call(
      'PATCH',
      `${path}/scale`,
      { spec: { replicas: 0 } },
      { type: 'application/merge-patch+json' },
    );
    await client.until('none', async () => !(await client.pods('keep')).length);
    await client.call(
      'PATCH',
      `${path}/scale`,
      { spec: { replicas: 1 } },
      { type: 'application/merge-patch+json' },
    );
    const again = await client.until('second', async () =>
      (await client.pods('keep')).find(isReady),
    );
    expect(await get(`http://${again.status.podIP}:8080/`)).toBe('xx x');
    await client.call('DELETE', `${claims}/keep`);
    expect(
      (await client.call('GET', `${claims}/keep`)).body.metadata
        .deletionTimestamp,
    ).toBeDefined();
    await client.call('DELETE', path);
    await client.until(
      'claim gone',
      async () => (await client.call('GET', `${claims}/keep`)).status === 404,
    );
  });

  it('asks a container to end once, and waits while it does', async () => {
    const path = `${deployments}/polite`;
    await client.apply(
      path,
      workload('Deployment', 'polite', {
        command: script(
          `process.on('SIGTERM',()=>{console.log('asked');setTimeout(()=>{console.log('done');process.exit()},900)});console.log('here');setInterval(()=>{},1e3)`,
        ),
      }),
    );
    const pod = await client.until('runs', async () =>
      (await client.pods('polite')).find(isReady),
    );
    const log = `/api/v1/namespaces/default/pods/${pod.metadata.name}/log`;
    await client.until('listens', async () =>
      String((await client.call('GET', log)).body).includes('here'),
    );
    const followed = client.call('GET', `${log}?follow=true`);
    await client.call('DELETE', path);
    expect((await followed).body).toBe('here\nasked\ndone\n');
  });

  it('keeps a deleted pod for its finalizers, without its processes', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const marker = `3603.${process.pid}`;
    await client.apply(`${pods}/kept`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'kept', finalizers: ['example.com/wait'] },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', marker] },
        ],
      },
    });
    await client.until('runs', async () => processesWith(`sleep ${marker}`));
    await client.call('DELETE', `${pods}/kept`);
    await client.until(
      'ended',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    const waiting = await client.until('waits', async () => {
      const { body } = await client.call('GET', `${pods}/kept`);
      return body.metadata.deletionGracePeriodSeconds === 0 && body;
    });
    expect(waiting.metadata.deletionTimestamp).toBeDefined();
    await client.call(
      'PATCH',
      `${pods}/kept`,
      { metadata: { finalizers: null } },
      { type: 'application/merge-patch+json' },
    );
    expect((await client.call('GET', `${pods}/kept`)).status).toBe(404);
  });

  it('does not tell what an object holds when a patch of it fails', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    await client.call('POST', secrets, {
      metadata: { name: 'hush' },
      data: { word: 'c2VzYW1l' },
    });
    const { status, body } = await client.call(
      'PATCH',
      `${secrets}/hush`,
      [{ op: 'test', path: '/data/word', value: 'bm8=' }],
      { type: 'application/json-patch+json' },
    );
    expect(status).toBe(422);
    expect(JSON.stringify(body)).not.toContain('c2VzYW1l');
  });

  it('refuses a pod that asks for more than its limit', async () => {
    const { status, body } = await client.apply(
      `${deployments}/greedy`,
      workload('Deployment', 'greedy', {
        command: ['sleep', '1'],
        resources: { requests: { memory: '1Gi' }, limits: { memory: '512Mi' } },
      }),
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'must be less than or equal to memory limit of 512Mi',
    );
  });

  it('ends a container that is asked to before it listens', async () => {
    const path = `${deployments}/hasty`;
    const marker = `3602.${process.pid}`;
    await client.apply(
      path,
      workload(
        'Deployment',
        'hasty',
        { command: ['sleep', marker] },
        { terminationGracePeriodSeconds: 20 },
      ),
    );
    await client.until(
      'begins',
      async () =>
        (
          await client.pods('hasty')
        )[0]?.status.containerStatuses?.[0].state.running,
    );
    await client.call('DELETE', path);
    // Well before its grace period is over.
    await client.until(
      'gone',
      async () => !(await client.pods('hasty')).length,
    );
    expect(processesWith(`sleep ${marker}`)).toBe(0);
  });

  it('starts a crashing container again with growing delays, keeps the log before, and says why', async () => {
    await client.apply(
      `${deployments}/crash`,
      workload('Deployment', 'crash', {
        command: script(
          `console.log('run of '+process.pid);console.error('bad luck');process.exit(3)`,
        ),
      }),
    );
    const pod = await client.until('back-off', async () =>
      (
        await client.pods('crash')
      ).find(
        p =>
          p.status.containerStatuses?.[0].state.waiting?.reason ===
            'CrashLoopBackOff' &&
          p.status.containerStatuses[0].restartCount > 0,
      ),
    );
    expect(pod.status.containerStatuses[0].lastState.terminated.exitCode).toBe(
      3,
    );
    const log = await client.call(
      'GET',
      `/api/v1/namespaces/default/pods/${pod.metadata.name}/log?previous=true`,
    );
    expect(log.body).toContain('bad luck');
    await client.call('DELETE', `${deployments}/crash`);
  });

  it('bounds a runaway log and ends whatever a container forked', async () => {
    const marker = `marker-${process.pid}-${Date.now()}`;
    await client.apply(
      `${deployments}/noisy`,
      workload('Deployment', 'noisy', {
        command: [
          '/bin/sh',
          '-c',
          `(setsid sleep 1000.${process.pid} # ${marker}\n) & yes 0123456789012345678901234567890123456789 | head -c 60000000; echo END; sleep 999`,
        ],
      }),
    );
    const pod = await client.until('all written', async () => {
      const [p] = await client.pods('noisy');
      if (!p?.status.containerStatuses?.[0].state.running) return undefined;
      const { body } = await client.call(
        'GET',
        `/api/v1/namespaces/default/pods/${p.metadata.name}/log?tailLines=1`,
      );
      return String(body).includes('END') ? p : undefined;
    });
    const size = Number(
      execFileSync('du', ['-sb', join(directory, 'pods', pod.metadata.uid)], {
        encoding: 'utf8',
      }).split('\t')[0],
    );
    expect(size).toBeLessThan(25 * 1024 * 1024);
    expect(processesWith(`sleep 1000.${process.pid}`)).toBeGreaterThan(0);
    await client.call('DELETE', `${deployments}/noisy`);
    await client.until(
      'no process',
      async () =>
        processesWith(`sleep 1000.${process.pid}`) === 0 &&
        !(
          await client.pods('noisy')
        ).length,
    );
  });

  it('says on which port an app listens that does not answer on its own', async () => {
    await client.apply(
      `${deployments}/elsewhere`,
      workload('Deployment', 'elsewhere', {
        command: script(`require('http').createServer().listen(9090)`),
        ports: [{ containerPort: 8080 }],
        startupProbe: {
          tcpSocket: { port: 8080 },
          periodSeconds: 1,
          failureThreshold: 100,
        },
      }),
    );
    const hint = await client.until('the hint', async () => {
      const { body } = await client.call(
        'GET',
        '/api/v1/namespaces/default/events',
      );
      return body.items.find((e: Json) =>
        /listens on port 9090/.test(e.message),
      );
    });
    expect(hint.type).toBe('Warning');
    await client.call('DELETE', `${deployments}/elsewhere`);
  });

  it('waits with a container for its secret, and never shows the value in arguments', async () => {
    const secret = `s3cret-${Date.now()}`;
    await client.apply(
      `${deployments}/secretive`,
      workload('Deployment', 'secretive', {
        command: script(
          `console.log(process.env.S.length); setInterval(()=>{},1000)`,
        ),
        env: [
          {
            name: 'S',
            valueFrom: { secretKeyRef: { name: 'late', key: 'k' } },
          },
        ],
      }),
    );
    await client.until(
      'waits',
      async () =>
        (
          await client.pods('secretive')
        )[0]?.status.containerStatuses?.[0].state.waiting?.reason ===
        'CreateContainerConfigError',
    );
    await client.call('POST', '/api/v1/namespaces/default/secrets', {
      metadata: { name: 'late' },
      stringData: { k: secret },
    });
    await client.until(
      'runs',
      async () =>
        (
          await client.pods('secretive')
        )[0]?.status.containerStatuses?.[0].state.running,
    );
    expect(processesWith(secret)).toBe(0);
    await client.call('DELETE', `${deployments}/secretive`);
  });

  it('gives a pod a token that proves which pod it is, for its audience only', async () => {
    const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const { body } = await client.call('POST', account, {
      spec: { audiences: ['shop'], expirationSeconds: 600 },
    });
    const review = (audiences: string[]) =>
      client.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
        spec: { token: body.status.token, audiences },
      });
    expect((await review(['shop'])).body.status).toMatchObject({
      authenticated: true,
      audiences: ['shop'],
    });
    expect((await review(['other'])).body.status.authenticated).toBeUndefined();
    expect(
      (
        await client.call('GET', '/api/v1/pods', undefined, {
          token: body.status.token,
        })
      ).status,
    ).toBe(401);
  });

  it('refuses a stale apply, an unknown host, and requests without the token', async () => {
    const path = '/api/v1/namespaces/default/configmaps/fenced';
    const map = (metadata: Json) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fenced', ...metadata },
      data: { a: String(Math.random()) },
    });
    const first = await client.apply(path, map({}));
    await client.apply(path, map({}));
    expect(
      (
        await client.apply(
          path,
          map({ resourceVersion: first.body.metadata.resourceVersion }),
        )
      ).status,
    ).toBe(409);
    expect(
      (
        await client.apply('/api/v1/namespaces/default/configmaps/nobody', {
          ...map({ uid: first.body.metadata.uid }),
          metadata: { name: 'nobody', uid: first.body.metadata.uid },
        })
      ).status,
    ).toBe(409);
    expect(
      (await client.call('GET', '/api', undefined, { host: 'evil.example' }))
        .status,
    ).toBe(421);
    expect(
      (await client.call('GET', '/api/v1/pods', undefined, { token: 'wrong' }))
        .status,
    ).toBe(401);
  });

  it('mounts inside a mount, and takes no path that leads out of it', async () => {
    const pod = (name: string, init: string[], mountPath: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          {
            name: 'init',
            image: 'local/node:24',
            command: init,
            volumeMounts: [{ name: 'app', mountPath: '/app' }],
          },
        ],
        containers: [
          {
            name: 'main',
            image: 'local/node:24',
            command: [
              '/bin/sh',
              '-c',
              `echo inside > ${mountPath}/file && ls -d ${mountPath} && cat /app/kept`,
            ],
            volumeMounts: [
              { name: 'inner', mountPath },
              { name: 'app', mountPath: '/app' },
            ],
          },
        ],
        volumes: [
          { name: 'app', emptyDir: {} },
          { name: 'inner', emptyDir: {} },
        ],
      },
    });
    const path = '/api/v1/namespaces/default/pods';
    await client.call(
      'POST',
      path,
      pod('nested', ['/bin/sh', '-c', 'echo kept > /app/kept'], '/app/conf'),
    );
    await client.until(
      'nested done',
      async () =>
        (await client.call('GET', `${path}/nested`)).body.status.phase ===
        'Succeeded',
    );
    expect((await client.call('GET', `${path}/nested/log`)).body).toBe(
      '/app/conf\nkept\n',
    );

    await client.call(
      'POST',
      path,
      pod(
        'linked',
        ['/bin/sh', '-c', 'ln -s /usr/sbin /app/conf'],
        '/app/conf',
      ),
    );
    await client.call(
      'POST',
      path,
      pod('climbing', ['/bin/true'], '/app/../../../../tmp/x'),
    );
    const api = client;
    for (const name of ['linked', 'climbing']) {
      const waiting = await api.until(`${name} refused`, async () => {
        const { body } = await api.call('GET', `${path}/${name}`);
        return (
          body.status.containerStatuses?.[0].state.waiting?.reason ===
            'CreateContainerConfigError' &&
          body.status.containerStatuses[0].state.waiting
        );
      });
      expect(waiting.message).toMatch(/not a directory|not plain/);
      await client.call('DELETE', `${path}/${name}`);
    }
    await client.call('DELETE', `${path}/nested`);
  });

  it('leads pods out, but not back to this machine beyond the ports that are allowed', async () => {
    const path = '/api/v1/namespaces/default/pods';
    const ask = (url: string) =>
      `require('http').get({host:'127.0.0.1',port:3128,path:'${url}'},r=>console.log('${url}',r.statusCode));`;
    const tunnel = (to: string) =>
      `require('http').request({host:'127.0.0.1',port:3128,method:'CONNECT',path:'${to}'}).on('connect',r=>console.log('${to}',r.statusCode)).end();`;
    const { port } = new URL(cluster.address);
    await client.call('POST', path, {
      metadata: { name: 'curious' },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: 'local/node:24',
            command: script(
              `${ask('http://host.local-cluster.internal:8081/')}${ask(
                'http://169.254.169.254/',
              )}${tunnel(`127.0.0.1:${port}`)}${tunnel(
                'host.local-cluster.internal:8081',
              )}require('net').connect(${port},'127.0.0.1').on('connect',()=>console.log('REACHED')).on('error',()=>console.log('shut'));setTimeout(()=>process.exit(0),1000)`,
            ),
          },
        ],
      },
    });
    await client.until(
      'done',
      async () =>
        (await client.call('GET', `${path}/curious`)).body.status.phase ===
        'Succeeded',
    );
    const { body } = await client.call('GET', `${path}/curious/log`);
    expect(body.trim().split('\n').sort()).toEqual([
      `127.0.0.1:${port} 403`,
      'host.local-cluster.internal:8081 403',
      'http://169.254.169.254/ 403',
      'http://host.local-cluster.internal:8081/ 403',
      'shut',
    ]);
    await client.call('DELETE', `${path}/curious`);
  });

  it('does not open its directory twice, nor start in production', async () => {
    await expect(LocalCluster.start({ directory })).rejects.toThrow(
      StateLockedError,
    );
    const before = process.env.NODE_ENV;
    (process.env as Record<string, string>).NODE_ENV = 'production';
    try {
      await expect(
        LocalCluster.start({ directory: `${directory}-p` }),
      ).rejects.toThrow('NODE_ENV=production');
    } finally {
      (process.env as Record<string, string | undefined>).NODE_ENV = before;
    }
  });
});

describe.each([
  ['nothing', false],
  ['files, but no networks', true],
])('on a machine that keeps %s apart', (_, files) => {
  it('two copies of an app that honours PORT run side by side, each with its volume, and end whole', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lc-'));
    const cluster = await LocalCluster.start({
      directory,
      images: IMAGES,
      backOff: BACK_OFF,
      isolation: { files, network: false, reason: 'a test' },
    });
    try {
      expect(cluster.description).toContain('a test');
      const client = new Client(cluster.kubeconfig);
      const path = '/apis/apps/v1/namespaces/default/deployments';
      const marker = `3601.${process.pid}`;
      for (const who of ['ann', 'bob'])
        await client.apply(
          `${path}/${who}`,
          workload(
            'Deployment',
            who,
            {
              command: script(
                `const fs=require('fs');require('child_process').spawn('sleep',['${marker}']);fs.writeFileSync(process.env.DATA+'/who',process.env.WHO);require('http').createServer((q,s)=>s.end(fs.readFileSync(process.env.DATA+'/who'))).listen(process.env.PORT)`,
              ),
              env: [
                { name: 'WHO', value: who },
                { name: 'DATA', value: '/data' },
                { name: 'PORT', value: '8080' },
              ],
              ports: [{ containerPort: 8080, name: 'http' }],
              readinessProbe: { httpGet: { port: 'http' }, periodSeconds: 1 },
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
            { volumes: [{ name: 'data', emptyDir: {} }] },
          ),
        );
      for (const who of ['ann', 'bob']) {
        const pod = await client.until(`${who} ready`, async () =>
          (await client.pods(who)).find(isReady),
        );
        expect(await get(`http://${pod.status.podIP}:8080/`)).toBe(who);
      }
      expect(processesWith(`sleep ${marker}`)).toBe(2);
      await client.call('DELETE', `${path}/ann`);
      await client.until(
        'ann gone',
        async () => !(await client.pods('ann')).length,
      );
      expect(processesWith(`sleep ${marker}`)).toBe(1);
      await cluster.stop(500);
      expect(processesWith(`sleep ${marker}`)).toBe(0);
    } finally {
      await cluster.stop(500);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('a cluster that ends', () => {
  it('does not wait for clients that are about to connect', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lc-'));
    const cluster = await LocalCluster.start({ directory });
    const { port } = new URL(/server: (\S+)/.exec(cluster.kubeconfig)![1]);
    // TLS has not begun: HTTP knows nothing of it yet.
    const client = connect(Number(port), '127.0.0.1');
    await once(client, 'connect');
    client.on('error', () => {});
    const cut = once(client, 'close');
    await cluster.stop(500);
    await cut;
    rmSync(directory, { recursive: true, force: true });
  });
});

describe('a cluster whose process is killed', () => {
  it('leaves no process behind, and runs everything again after the next start', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lc-'));
    const main = join(__dirname, '__fixtures__/killable.js');
    const begin = async () => {
      const child = fork(main, [directory], {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
      });
      // The transform of TypeScript sends messages of its own.
      const kubeconfig = await new Promise<string>(resolve =>
        child.on('message', message => {
          if (typeof message === 'string') resolve(message);
        }),
      );
      return { child, client: new Client(kubeconfig) };
    };
    const first = await begin();
    const marker = `3600.${process.pid}`;
    await first.client.apply(
      '/apis/apps/v1/namespaces/default/deployments/d',
      workload('Deployment', 'd', { command: ['sleep', marker] }),
    );
    await first.client.until(
      'runs',
      async () =>
        (await first.client.pods('d'))[0]?.status.phase === 'Running' &&
        processesWith(`sleep ${marker}`) > 0,
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await first.client.until(
      'no orphan',
      async () => processesWith(`sleep ${marker}`) === 0,
    );

    const second = await begin();
    const [pod] = await second.client.until('again', async () => {
      const pods = await second.client.pods('d');
      return pods[0]?.status.containerStatuses?.[0].state.running &&
        processesWith(`sleep ${marker}`) > 0
        ? pods
        : undefined;
    });
    expect(pod.status.containerStatuses[0].restartCount).toBe(1);
    expect((await second.client.pods('d')).length).toBe(1);
    second.child.send('stop');
    await once(second.child, 'exit');
    expect(processesWith(`sleep ${marker}`)).toBe(0);
    expect(readFileSync(join(directory, 'state.db')).length).toBeGreaterThan(0);
    rmSync(directory, { recursive: true, force: true });
  });
});
