/**
 * The values that a real API server writes into what was left out. OpenAPI
 * documents carry only some of them; the rest is here, as seen in recordings of
 * Kubernetes 1.33.
 */
import type { Json, KubeObject } from '../types';

function fill(target: Json, values: Record<string, Json>): void {
  for (const [key, value] of Object.entries(values)) {
    if (target[key] === undefined) target[key] = value;
  }
}

function probeDefaults(probe: Json): void {
  if (!probe) return;
  fill(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  if (probe.httpGet) fill(probe.httpGet, { path: '/', scheme: 'HTTP' });
}

function containerDefaults(container: Json): void {
  fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy:
      /:latest$/.test(container.image ?? '') ||
      !/:[^/]+$/.test(container.image ?? '')
        ? 'Always'
        : 'IfNotPresent',
  });
  for (const port of container.ports ?? []) fill(port, { protocol: 'TCP' });
  for (const env of container.env ?? []) {
    if (env.valueFrom?.fieldRef)
      fill(env.valueFrom.fieldRef, { apiVersion: 'v1' });
  }
  const { limits, requests } = container.resources;
  if (limits) container.resources.requests = { ...limits, ...requests };
  [
    container.livenessProbe,
    container.readinessProbe,
    container.startupProbe,
  ].forEach(probeDefaults);
}

/** `spec` of a pod or of a pod template. */
export function podSpecDefaults(spec: Json): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ]) {
    containerDefaults(container);
  }
  for (const volume of spec.volumes ?? []) {
    if (volume.secret) fill(volume.secret, { defaultMode: 420 });
    if (volume.configMap) fill(volume.configMap, { defaultMode: 420 });
    if (volume.projected) {
      fill(volume.projected, { defaultMode: 420 });
      for (const source of volume.projected.sources ?? []) {
        if (source.serviceAccountToken)
          fill(source.serviceAccountToken, { expirationSeconds: 3600 });
      }
    }
  }
}

function templateDefaults(template: Json): void {
  if (!template) return;
  template.metadata ??= {};
  if (template.spec) podSpecDefaults(template.spec);
}

/** Fills an object in place. */
export function applyDefaults(object: KubeObject): void {
  const spec = object.spec;
  switch (object.kind) {
    case 'Namespace':
      object.metadata.labels = {
        'kubernetes.io/metadata.name': object.metadata.name,
        ...object.metadata.labels,
      };
      object.spec ??= { finalizers: ['kubernetes'] };
      object.status ??= { phase: 'Active' };
      break;
    case 'Pod':
      if (!spec) break;
      podSpecDefaults(spec);
      fill(spec, { serviceAccountName: 'default', enableServiceLinks: true });
      object.status ??= { phase: 'Pending' };
      break;
    case 'Service':
      if (!spec) break;
      fill(spec, {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
      });
      for (const port of spec.ports ?? []) {
        fill(port, { protocol: 'TCP', targetPort: port.port });
      }
      object.status ??= { loadBalancer: {} };
      break;
    case 'Secret':
      fill(object, { type: 'Opaque' });
      if (object.stringData) {
        object.data = { ...object.data };
        for (const [key, value] of Object.entries(object.stringData)) {
          object.data[key] = Buffer.from(String(value), 'utf8').toString(
            'base64',
          );
        }
        delete object.stringData;
      }
      break;
    case 'PersistentVolumeClaim':
      if (spec)
        fill(spec, { volumeMode: 'Filesystem', storageClassName: 'standard' });
      object.status ??= { phase: 'Pending' };
      break;
    case 'Deployment':
      if (!spec) break;
      fill(spec, {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: {},
      });
      fill(spec.strategy, { type: 'RollingUpdate' });
      if (spec.strategy.type === 'RollingUpdate') {
        spec.strategy.rollingUpdate ??= {};
        fill(spec.strategy.rollingUpdate, {
          maxUnavailable: '25%',
          maxSurge: '25%',
        });
      }
      templateDefaults(spec.template);
      object.status ??= {};
      break;
    case 'ReplicaSet':
      if (!spec) break;
      fill(spec, { replicas: 1 });
      templateDefaults(spec.template);
      object.status ??= { replicas: 0 };
      break;
    case 'StatefulSet':
      if (!spec) break;
      fill(spec, {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        revisionHistoryLimit: 10,
        updateStrategy: {},
      });
      fill(spec.updateStrategy, { type: 'RollingUpdate' });
      if (spec.updateStrategy.type === 'RollingUpdate')
        spec.updateStrategy.rollingUpdate ??= { partition: 0 };
      spec.persistentVolumeClaimRetentionPolicy ??= {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      };
      templateDefaults(spec.template);
      object.status ??= { replicas: 0, availableReplicas: 0 };
      break;
    default:
  }
}
