/** Rows for tests. */
import { readAppToml } from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { NewApp } from '../apps/AppRepository';
import type { InstanceRecord } from '../instances/InstanceRepository';
import type { InstanceInput } from '../kubernetes/manifests/InstanceInput';
import {
  buildInstanceObjects,
  type InstanceObjects,
} from '../kubernetes/manifests/instanceObjects';
import { objectColumns } from '../instances/instanceObjectRows';

export const NOW = '2026-11-24T12:00:00.000Z';

export function manifestOf(toml: string) {
  const { manifest, issues } = readAppToml(toml);
  if (!manifest) throw new Error(JSON.stringify(issues));
  return manifest;
}

export const HELLO = manifestOf(
  '[App]\nName = "hello"\nVersion = "1.0.0"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n',
);

export function instanceInput(
  change: Partial<InstanceInput> = {},
): InstanceInput {
  return {
    installation: 'inst',
    instanceId: '00000000-0000-4000-8000-000000000001',
    appId: '00000000-0000-4000-8000-000000000002',
    ownerRef: 'user:default/uma',
    namespace: 'apps',
    manifest: HELLO,
    contentDigest: 'abc',
    runtime: {
      name: 'node_24',
      mode: 'node',
      image: 'runtime-node:24',
      command: ['node', '{{module}}'],
      default: true,
      deprecated: false,
      aliases: [],
      osPackages: [],
      ephemeralVolumes: [],
      scheduling: {},
    },
    install: { timeoutSeconds: 900, limitBytes: 1000 },
    sizes: { memoryLimit: '2Gi', memoryReservation: '512Mi', gpuCount: 0 },
    scheduling: {},
    gpu: { nodeLabel: 'gpu-type', resource: 'nvidia.com/gpu' },
    shmSize: '2Gi',
    appDirectorySize: '10Gi',
    imagePullSecrets: [],
    parameters: {},
    startTimeoutSeconds: 300,
    storeUrl: 'http://store',
    networkPolicy: {
      extraIngress: [],
      egress: [],
      defaultEgress: ['open'],
      notPublic: [],
    },
    environmentUrl: 'http://portal',
    extraEnv: [],
    secretIds: {},
    ...change,
  };
}

export function appRecord(change: Partial<NewApp> = {}): NewApp {
  const id = change.id ?? randomUUID();
  return {
    id,
    name: `app-${id}`,
    version: '1.0.0',
    ownerRef: 'user:default/dev',
    visibility: 'ALL_USERS',
    origin: 'direct',
    manifest: HELLO,
    problems: [],
    longDescription: '',
    screenshots: [],
    bundleDigest: 'x',
    contentDigest: 'y',
    bundleSize: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...change,
  };
}

export function instanceRecord(
  appId: string,
  change: Partial<InstanceRecord> = {},
): InstanceRecord & { objects: InstanceObjects } {
  const id = change.id ?? randomUUID();
  const objects = buildInstanceObjects(
    instanceInput({ instanceId: id, appId }),
  );
  return {
    id,
    appId,
    ownerRef: 'user:default/uma',
    visibility: 'PRIVATE',
    desired: 'running',
    cluster: 'default',
    namespace: 'apps',
    objects,
    objectsDigest: objectColumns(objects).objects_digest,
    hasVolume: Boolean(objects.claim),
    status: 'PENDING',
    stage: 'accepted',
    stages: { accepted: NOW },
    restartCount: 0,
    timeoutSeconds: -1,
    suspendable: true,
    extended: false,
    parameters: {},
    launch: 1,
    revision: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...change,
  };
}
