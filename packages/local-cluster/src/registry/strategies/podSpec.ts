/**
 * The specification of a pod, alone or in a template. OpenAPI documents carry only some
 * of the defaults; the rest is here, as seen in recordings of Kubernetes 1.33.
 */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Json } from '../../types';
import { bad, mismatch, required, type Cause } from '../causes';
import { fill } from './fill';

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

/** Fills a pod's specification in place. */
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

/** https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
function resourceCauses(resources: Json, at: string): Cause[] {
  return Object.entries(resources?.requests ?? {}).flatMap(
    ([name, request]) => {
      const limit = resources.limits?.[name];
      return limit !== undefined &&
        parseQuantity(String(request)) > parseQuantity(String(limit))
        ? [
            bad(
              `${at}.requests`,
              request as Json,
              `must be less than or equal to ${name} limit of ${limit}`,
            ),
          ]
        : [];
    },
  );
}

/** What is wrong with a pod's specification, which stands at the path `at`. */
export function podSpecCauses(spec: Json, at: string): Cause[] {
  if (!spec) return [required(at)];
  const causes: Cause[] = [];
  if (!spec.containers?.length) causes.push(required(`${at}.containers`));
  const volumes = new Set((spec.volumes ?? []).map((v: Json) => v.name));
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    (spec[list] ?? []).forEach((container: Json, index: number) => {
      const { name, image, resources, volumeMounts = [] } = container;
      const field = `${at}.${list}[${index}]`;
      if (!name) causes.push(required(`${field}.name`));
      else if (names.has(name))
        causes.push(mismatch(`${field}.name`, name, 'Duplicate value'));
      names.add(name);
      if (!image) causes.push(required(`${field}.image`));
      causes.push(...resourceCauses(resources, `${field}.resources`));
      volumeMounts.forEach((mount: Json, i: number) => {
        if (!volumes.has(mount.name))
          causes.push(
            mismatch(
              `${field}.volumeMounts[${i}].name`,
              mount.name,
              'Not found',
            ),
          );
      });
    });
  }
  return causes;
}
