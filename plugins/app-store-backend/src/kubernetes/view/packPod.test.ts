import type { V1Pod } from '@kubernetes/client-node';
import { LAUNCH_ANNOTATION } from '../manifests/labels';
import { packPod, uidOf, unpackPod } from './packPod';

const ID = '9b2f6f0e-5a52-4f0c-8b57-0f6e9c1f4f10';

/** As the API sends it. */
const pod = (change: Partial<V1Pod['status']> = {}): V1Pod =>
  ({
    metadata: {
      name: `i-${ID}-5d9c7b8f6d-x2x7k`,
      uid: '0b0f3cb1-6c8e-4b1e-9df8-3f3c2a6e1a77',
      resourceVersion: '4711',
      creationTimestamp: '2026-12-01T10:00:00Z',
      annotations: { [LAUNCH_ANNOTATION]: '3', 'of.others/note': 'x' },
      managedFields: [{ manager: 'kubelet' }],
    },
    spec: {
      containers: [
        {
          name: 'app',
          image: 'registry.example/app:1',
          env: [{ name: 'TOKEN', value: 'secret' }],
        },
      ],
      volumes: [
        { name: 'key', secret: { secretName: 's-1' } },
        { name: 'scratch', emptyDir: {} },
        {
          name: 'app',
          image: { reference: 'registry/app@sha256:1', pullPolicy: 'Always' },
        },
      ],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          restartCount: 2,
          state: { running: { startedAt: '2026-12-01T10:00:04Z' } },
        },
      ],
      ...change,
    },
  } as unknown as V1Pod);

it('15: keeps of a pod that is well what is told of it', () => {
  const packed = packPod(pod(), ID);
  expect(typeof packed).toBe('string');
  expect(packed).not.toContain(ID);
  expect(uidOf(packed)).toBe(pod().metadata!.uid);
  const { metadata, status } = unpackPod(packed, ID);
  expect(metadata).toEqual({
    name: `i-${ID}-5d9c7b8f6d-x2x7k`,
    uid: pod().metadata!.uid,
    resourceVersion: '4711',
    creationTimestamp: '2026-12-01T10:00:00Z',
    annotations: { [LAUNCH_ANNOTATION]: '3' },
  });
  expect(status).toMatchObject({
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        ready: true,
        restartCount: 2,
        state: { running: { startedAt: '2026-12-01T10:00:04Z' } },
      },
    ],
  });
});

it('15: keeps of any other pod what a diagnosis looks at, without its environment', () => {
  const ill = pod({ conditions: [{ type: 'Ready', status: 'False' }] });
  const packed = packPod(ill, ID);
  expect(uidOf(packed)).toBe(ill.metadata!.uid);
  expect(unpackPod(packed, ID)).toEqual({
    metadata: {
      name: ill.metadata!.name,
      uid: ill.metadata!.uid,
      resourceVersion: '4711',
      creationTimestamp: '2026-12-01T10:00:00Z',
      annotations: { [LAUNCH_ANNOTATION]: '3' },
    },
    spec: {
      containers: [{ name: 'app', image: 'registry.example/app:1' }],
      volumes: [
        { name: 'key', secret: { secretName: 's-1' } },
        { name: 'app', image: { reference: 'registry/app@sha256:1' } },
      ],
    },
    status: ill.status,
  });
});
