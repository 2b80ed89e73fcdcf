/** From a workload to its pods and volumes, over the API. */
import {
  get,
  isReady,
  OwnCluster,
  script,
  workload,
} from '../__testUtils__/clusters';
import type { Json } from '../types';

const MERGE = 'application/merge-patch+json';

describe('workloads', () => {
  const own = OwnCluster.use();
  const deployments = '/apis/apps/v1/namespaces/default/deployments';

  it('runs two copies of an app on one fixed port, each with its own files, and leads to each', async () => {
    const server = script(
      `const fs=require('fs');fs.writeFileSync('/data/who',process.env.WHO);require('http').createServer((q,s)=>s.end(fs.readFileSync('/data/who'))).listen(8080)`,
    );
    for (const who of ['ann', 'bob']) {
      const { status } = await own.client.apply(
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
    for (const who of ['ann', 'bob']) {
      const pod = await own.client.until(`${who} ready`, async () =>
        (await own.client.pods(who)).find(isReady),
      );
      expect(await get(`http://${pod.status.podIP}:8080/`)).toBe(who);
    }
    expect((await own.client.call('DELETE', `${deployments}/ann`)).status).toBe(
      200,
    );
    await own.client.until(
      'ann gone',
      async () => !(await own.client.pods('ann')).length,
    );
    expect((await own.client.pods('bob')).length).toBe(1);
    await own.client.call('DELETE', `${deployments}/bob`);
  });

  it('keeps a claim across a StatefulSet of none, never two pods, and drops it with its directory', async () => {
    const path = '/apis/apps/v1/namespaces/default/statefulsets/keep';
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
    await own.client.apply(`${claims}/keep`, {
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
    await own.client.apply(path, set);
    await own.client.until('first', async () =>
      (await own.client.pods('keep')).find(isReady),
    );
    await own.client.call(
      'PATCH',
      `${path}/scale`,
      { spec: { replicas: 0 } },
      { type: 'application/merge-patch+json' },
    );
    await own.client.until(
      'none',
      async () => !(await own.client.pods('keep')).length,
    );
    await own.client.call(
      'PATCH',
      `${path}/scale`,
      { spec: { replicas: 1 } },
      { type: 'application/merge-patch+json' },
    );
    const again = await own.client.until('second', async () =>
      (await own.client.pods('keep')).find(isReady),
    );
    expect(await get(`http://${again.status.podIP}:8080/`)).toBe('xx x');
    await own.client.call('DELETE', `${claims}/keep`);
    expect(
      (await own.client.call('GET', `${claims}/keep`)).body.metadata
        .deletionTimestamp,
    ).toBeDefined();
    await own.client.call('DELETE', path);
    await own.client.until(
      'claim gone',
      async () =>
        (await own.client.call('GET', `${claims}/keep`)).status === 404,
    );
  });

  it('14: says that a rollout is paused, and that it goes on', async () => {
    const path = `${deployments}/stands`;
    const progressing = async () =>
      (await own.client.call('GET', path)).body.status?.conditions?.find(
        (each: Json) => each.type === 'Progressing',
      );
    const pause = (paused: boolean) =>
      own.client.call('PATCH', path, { spec: { paused } }, { type: MERGE });
    await own.client.apply(
      path,
      workload('Deployment', 'stands', { command: ['sleep', '1000'] }),
    );
    const is = (reason: string) =>
      own.client.until(
        reason,
        async () => (await progressing())?.reason === reason,
      );
    await is('NewReplicaSetAvailable');
    await pause(true);
    await is('DeploymentPaused');
    expect(await progressing()).toMatchObject({
      status: 'Unknown',
      message: 'Deployment is paused',
    });
    await pause(false);
    await is('NewReplicaSetAvailable');
    await own.client.call('DELETE', path);
  });
});
