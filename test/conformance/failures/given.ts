/**
 * What there is before a case is played: the objects that somebody made, as they were recorded first, and
 * what these need, as far as the recording does not say that it was missing.
 */
import type { Json } from '../recording';
import { messagesOf, type Case } from './cases';

/** The parts of an object that a client writes. */
export function written(object: Json, apiVersion: string, kind: string): Json {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const own = Object.fromEntries(
    Object.entries<string>(annotations ?? {}).filter(
      ([key]) =>
        !/^(deployment|pv|volume|control-plane)[^/]*kubernetes\.io\//.test(key),
    ),
  );
  const spec = structuredClone(object.spec);
  if (kind === 'PersistentVolumeClaim') delete spec.volumeName;
  if (kind === 'Pod') {
    delete spec.nodeName;
    // What admission adds, it adds again.
    for (const key of [
      'tolerations',
      'priority',
      'preemptionPolicy',
      'serviceAccount',
    ])
      delete spec[key];
  }
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      ...(Object.keys(own).length ? { annotations: own } : {}),
      ...(finalizers && kind === 'Pod' ? { finalizers } : {}),
    },
    spec,
  };
}

const API: Record<string, string> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  Pod: 'v1',
  PersistentVolumeClaim: 'v1',
};

/** Something that somebody made, and when. */
export interface Made {
  object: Json;
  /** Seconds since the case began. */
  at: number;
}

/** The objects that somebody made, as they were first: claims before those that use them. */
export function madeIn({ revisions }: Case): Made[] {
  const made = new Map<string, Made>();
  for (const { kind, object, at } of revisions) {
    const isMade = API[kind] && !object.metadata.ownerReferences?.length;
    const id = `${kind} ${object.metadata?.name}`;
    if (isMade && !made.has(id))
      made.set(id, { object: written(object, API[kind], kind), at });
  }
  const order = Object.keys(API).reverse();
  return [...made.values()].sort(
    (a, b) => order.indexOf(a.object.kind) - order.indexOf(b.object.kind),
  );
}

/** The pod template of what was made. */
export function podSpecOf({ kind, spec }: Json): Json | undefined {
  if (kind === 'Pod') return spec;
  return spec.template?.spec;
}

function keysOf(
  spec: Json,
  kind: 'secret' | 'configMap',
  name: string,
): string[] {
  const found = new Set<string>();
  for (const container of [
    ...(spec.initContainers ?? []),
    ...spec.containers,
  ]) {
    for (const { valueFrom } of container.env ?? []) {
      const ref = valueFrom?.[`${kind}KeyRef`];
      if (ref?.name === name) found.add(ref.key);
    }
  }
  for (const volume of spec.volumes ?? []) {
    const source = volume[kind];
    if (!source || (source.secretName ?? source.name) !== name) continue;
    for (const { key } of source.items ?? []) found.add(key);
    // What is run out of it is in it.
    for (const { command = [], volumeMounts = [] } of spec.containers)
      for (const mount of volumeMounts)
        if (
          mount.name === volume.name &&
          command[0]?.startsWith(`${mount.mountPath}/`)
        )
          found.add(command[0].slice(mount.mountPath.length + 1));
  }
  return [...found];
}

/** The Secrets and ConfigMaps that a pod names. */
function dataNames(spec: Json, kind: 'secret' | 'configMap'): string[] {
  const found = new Set<string>();
  const lower = kind === 'secret' ? 'secret' : 'configMap';
  for (const container of [
    ...(spec.initContainers ?? []),
    ...spec.containers,
  ]) {
    for (const each of container.envFrom ?? [])
      if (each[`${lower}Ref`]) found.add(each[`${lower}Ref`].name);
    for (const { valueFrom } of container.env ?? [])
      if (valueFrom?.[`${lower}KeyRef`])
        found.add(valueFrom[`${lower}KeyRef`].name);
  }
  for (const volume of spec.volumes ?? [])
    if (volume[lower])
      found.add(volume[lower].secretName ?? volume[lower].name);
  return [...found];
}

function data(spec: Json, namespace: string, told: string): Json[] {
  return (['secret', 'configMap'] as const).flatMap(kind =>
    dataNames(spec, kind)
      .filter(
        name => !told.includes(`${kind.toLowerCase()} "${name}" not found`),
      )
      .map(name => ({
        apiVersion: 'v1',
        kind: kind === 'secret' ? 'Secret' : 'ConfigMap',
        metadata: { name, namespace },
        [kind === 'secret' ? 'stringData' : 'data']: {
          other: 'value',
          ...Object.fromEntries(
            keysOf(spec, kind, name)
              .filter(key => !new RegExp(`key:? ${key}\\b`).test(told))
              .map(key => [key, 'value']),
          ),
        },
      })),
  );
}

/** Makes what was missing in the recording until a moment. */
export function missingData(
  spec: Json,
  namespace: string,
  told: string,
): Json[] {
  const without = data(spec, namespace, told).map(each => each.metadata.name);
  return data(spec, namespace, '').filter(
    each => !without.includes(each.metadata.name),
  );
}

function quotas(namespace: string, told: string): Json[] {
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

function ranges(namespace: string, told: string): Json[] {
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

function webhooks(told: string): Json[] {
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

function accounts(spec: Json, namespace: string, told: string): Json[] {
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
function storage(recorded: Case): Json[] {
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

/** A pod that holds the ports of the node that another could not have. */
function portHolders(spec: Json, namespace: string, told: string): Json[] {
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

function namespaceOf(name: string, told: string): Json {
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

/** All of it, in the order in which it is made. */
export function givenFor(recorded: Case, made: Json[]): Json[] {
  const told = messagesOf(recorded).join('\n');
  const namespaces = [...new Set(made.map(each => each.metadata.namespace))];
  return [
    ...namespaces.map(name => namespaceOf(name, told)),
    ...namespaces.flatMap(name => [
      ...quotas(name, told),
      ...ranges(name, told),
    ]),
    ...webhooks(told),
    ...storage(recorded),
    ...made.flatMap(each => {
      const spec = podSpecOf(each);
      const { namespace } = each.metadata;
      return spec
        ? [
            ...accounts(spec, namespace, told),
            ...data(spec, namespace, told),
            ...portHolders(spec, namespace, told),
          ]
        : [];
    }),
  ];
}
