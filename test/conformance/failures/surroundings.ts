/** What surrounds the apps of a case: rules of their namespace, accounts, storage. What they were refused for tells it. */
import type { Json } from '../recording';
import { messagesOf, type Case } from './cases';

export function quotas(namespace: string, told: string): Json[] {
  const hard: Record<string, string> = {};
  const [, name, limited] =
    /exceeded quota: ([\w-]+),.*limited: ([\w.=,-]+)/.exec(told) ?? [];
  for (const pair of limited?.split(',') ?? []) {
    const [key, value] = pair.split('=');
    hard[key] = value;
  }
  const [, other, wanted] =
    /failed quota: ([\w-]+): must specify (.*)/.exec(told) ?? [];
  for (const [, key] of wanted?.matchAll(/([\w.]+) for:/g) ?? [])
    hard[key] = '1';
  const found = name ?? other;
  return found
    ? [
        {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: found, namespace },
          spec: { hard },
        },
      ]
    : [];
}

export function ranges(namespace: string, told: string): Json[] {
  const [, resource, most] =
    /maximum (\w+) usage per Container is (\w+)/.exec(told) ?? [];
  return resource
    ? [
        {
          apiVersion: 'v1',
          kind: 'LimitRange',
          metadata: { name: 'range', namespace },
          spec: { limits: [{ type: 'Container', max: { [resource]: most } }] },
        },
      ]
    : [];
}

export function webhooks(told: string): Json[] {
  const [, name, url] =
    /failed calling webhook "([^"]+)": failed to call webhook: Post "([^"?]+)/.exec(
      told,
    ) ?? [];
  if (!name) return [];
  const [, seconds] = /\?timeout=(\d+)s/.exec(told) ?? [];
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name,
          clientConfig: { url },
          timeoutSeconds: Number(seconds ?? 10),
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['pods'],
            },
          ],
        },
      ],
    },
  ];
}

export function accounts(spec: Json, namespace: string, told: string): Json[] {
  const name = spec.serviceAccountName;
  return name &&
    name !== 'default' &&
    !told.includes(`serviceaccount "${name}" not found`)
    ? [
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name, namespace },
        },
      ]
    : [];
}

/** Volumes and classes that claims were bound to, or waited for. */
export function storage(recorded: Case): Json[] {
  const made = new Map<string, Json>();
  for (const { kind, object } of recorded.revisions) {
    if (kind !== 'PersistentVolumeClaim') continue;
    const { storageClassName, volumeName, accessModes, resources } =
      object.spec;
    const told = messagesOf(recorded).join('\n');
    if (storageClassName && !told.includes(`"${storageClassName}" not found`)) {
      const waits = told.includes('waiting for first consumer');
      const [, provisioner] = /external provisioner '([^']+)'/.exec(told) ?? [];
      made.set(`class ${storageClassName}`, {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: storageClassName },
        provisioner: provisioner ?? 'kubernetes.io/no-provisioner',
        volumeBindingMode: waits ? 'WaitForFirstConsumer' : 'Immediate',
      });
    }
    if (volumeName)
      made.set(`volume ${volumeName}`, {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volumeName },
        spec: {
          capacity: object.status.capacity ?? resources.requests,
          accessModes,
          storageClassName: storageClassName ?? '',
          hostPath: { path: `/volumes/${volumeName}` },
        },
      });
  }
  return [...made.values()];
}

/** Whether there was a second node: with one alone nobody is evicted from it. */
export function hasOtherNode({ revisions }: Case): boolean {
  const reasons = revisions.map(({ object }) => object.reason);
  return (
    reasons.includes('NodeNotReady') && reasons.includes('TaintManagerEviction')
  );
}

/** A pod that holds the ports of the node that another could not have. */
export function portHolders(
  spec: Json,
  namespace: string,
  told: string,
): Json[] {
  if (!told.includes("didn't have free ports")) return [];
  const ports = spec.containers.flatMap(({ ports: all = [] }: Json) =>
    all
      .filter((port: Json) => port.hostPort)
      .map(({ hostPort }: Json) => ({ containerPort: 1, hostPort })),
  );
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'holds-ports', namespace },
      spec: { containers: [{ name: 'main', image: 'none', ports }] },
    },
  ];
}

export function namespaceOf(name: string, told: string): Json {
  const [, level] = /violates PodSecurity "(\w+):/.exec(told) ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(level
        ? { labels: { 'pod-security.kubernetes.io/enforce': level } }
        : {}),
    },
  };
}
