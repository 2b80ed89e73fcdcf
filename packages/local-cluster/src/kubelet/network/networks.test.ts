/** What pods reach and are reached by, with networks of their own and without. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCluster } from '../..';
import {
  Client,
  get,
  IMAGES,
  BACK_OFF,
  isReady,
  OwnCluster,
  processesWith,
  script,
  workload,
} from '../../__testUtils__/clusters';

describe('networks of pods', () => {
  const own = OwnCluster.use();

  it('leads pods out, but not back to this machine beyond the ports that are allowed', async () => {
    const path = '/api/v1/namespaces/default/pods';
    const ask = (url: string) =>
      `require('http').get({host:'127.0.0.1',port:3128,path:'${url}'},r=>console.log('${url}',r.statusCode));`;
    const tunnel = (to: string) =>
      `require('http').request({host:'127.0.0.1',port:3128,method:'CONNECT',path:'${to}'}).on('connect',r=>console.log('${to}',r.statusCode)).end();`;
    const { port } = new URL(own.address);
    await own.client.call('POST', path, {
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
              )}require('net').connect(${port},'127.0.0.1').on('connect',()=>console.log('REACHED')).on('error',()=>console.log('shut'));let told=0;const log=console.log;console.log=(...line)=>{log(...line);if(++told===5)process.exit(0)}`,
            ),
          },
        ],
      },
    });
    await own.client.until(
      'done',
      async () =>
        (await own.client.call('GET', `${path}/curious`)).body.status.phase ===
        'Succeeded',
    );
    const { body } = await own.client.call('GET', `${path}/curious/log`);
    expect(body.trim().split('\n').sort()).toEqual([
      `127.0.0.1:${port} 403`,
      'host.local-cluster.internal:8081 403',
      'http://169.254.169.254/ 403',
      'http://host.local-cluster.internal:8081/ 403',
      'shut',
    ]);
    await own.client.call('DELETE', `${path}/curious`);
  });
});

describe.each([
  ['nothing', false],
  ['files, but no networks', true],
])('on a machine that keeps %s apart', (_, files) => {
  it('two copies of an app that honours PORT run side by side, each with its volume, and end whole', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lc-'));
    const cluster = await startLocalCluster({
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
