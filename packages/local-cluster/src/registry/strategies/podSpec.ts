/**
 * The specification of a pod, alone or in a template. OpenAPI documents carry only some
 * of the defaults; the rest is here, as seen in recordings of Kubernetes 1.33.
 */
import type { Json } from '../../types';
import { canonicalQuantity } from './quantity';
import { containerCauses, containerWarnings, PULL_POLICIES } from './container';
import { fill } from './fill';
import { labelFaults, subdomainFaults } from '../objectMeta';
import {
  bad,
  duplicate,
  forbidden,
  notSupported,
  required,
  type Cause,
} from '../causes';

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

function canonical(quantities: Json): void {
  for (const [name, quantity] of Object.entries<Json>(quantities ?? {}))
    quantities[name] = canonicalQuantity(quantity);
}

function pullPolicyOf(image = ''): string {
  return /:latest$/.test(image) || !/:[^/]+$/.test(image)
    ? 'Always'
    : 'IfNotPresent';
}

function containerDefaults(container: Json): void {
  fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container.image),
  });
  for (const port of container.ports ?? []) fill(port, { protocol: 'TCP' });
  for (const env of container.env ?? []) {
    if (env.valueFrom?.fieldRef)
      fill(env.valueFrom.fieldRef, { apiVersion: 'v1' });
    if (env.valueFrom?.resourceFieldRef)
      fill(env.valueFrom.resourceFieldRef, { divisor: '0' });
    // An empty value is none (`omitempty`).
    if (env.value === '') delete env.value;
  }
  for (const list of [
    'env',
    'envFrom',
    'ports',
    'volumeMounts',
    'command',
    'args',
  ])
    if (container[list]?.length === 0) delete container[list];
  const { limits, requests } = container.resources;
  canonical(limits);
  canonical(requests);
  [
    container.livenessProbe,
    container.readinessProbe,
    container.startupProbe,
  ].forEach(probeDefaults);
}

/** A pod asks for what it is limited to, where it says nothing else; a template does not yet. */
export function requestDefaults(spec: Json): void {
  for (const { resources } of [
    ...(spec.initContainers ?? []),
    ...spec.containers,
  ])
    if (resources?.limits)
      resources.requests = { ...resources.limits, ...resources.requests };
}

function volumeDefaults(volume: Json): void {
  const sources = Object.keys(volume).filter(key => key !== 'name');
  if (!sources.length) volume.emptyDir = {};
  if (volume.secret) fill(volume.secret, { defaultMode: 420 });
  if (volume.configMap) fill(volume.configMap, { defaultMode: 420 });
  if (volume.image)
    fill(volume.image, {
      pullPolicy: pullPolicyOf(volume.image.reference),
    });
  if (volume.hostPath) fill(volume.hostPath, { type: '' });
  if (volume.emptyDir?.sizeLimit !== undefined)
    volume.emptyDir.sizeLimit = canonicalQuantity(volume.emptyDir.sizeLimit);
  const fields = (items: Json[] | undefined) => {
    for (const item of items ?? [])
      if (item.fieldRef) fill(item.fieldRef, { apiVersion: 'v1' });
  };
  if (volume.downwardAPI) {
    fill(volume.downwardAPI, { defaultMode: 420 });
    fields(volume.downwardAPI.items);
  }
  if (volume.projected) {
    fill(volume.projected, { defaultMode: 420 });
    for (const source of volume.projected.sources ?? []) {
      if (source.serviceAccountToken)
        fill(source.serviceAccountToken, { expirationSeconds: 3600 });
      fields(source.downwardAPI?.items);
    }
  }
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
  // The old name of the account is kept in step.
  if (spec.serviceAccountName ?? spec.serviceAccount) {
    spec.serviceAccountName ??= spec.serviceAccount;
    spec.serviceAccount = spec.serviceAccountName;
  }
  for (const list of [
    'volumes',
    'initContainers',
    'imagePullSecrets',
    'tolerations',
  ])
    if (spec[list]?.length === 0) delete spec[list];
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ])
    containerDefaults(container);
  for (const volume of spec.volumes ?? []) volumeDefaults(volume);
}

function volumeCauses(volumes: Json[] | undefined, at: string): Cause[] {
  const names = new Set<string>();
  return (volumes ?? []).flatMap((volume, index) => {
    const field = `${at}.volumes[${index}]`;
    const causes: Cause[] = [];
    if (!volume.name) causes.push(required(`${field}.name`));
    else {
      for (const fault of labelFaults(volume.name))
        causes.push(bad(`${field}.name`, volume.name, fault));
      if (names.has(volume.name))
        causes.push(duplicate(`${field}.name`, volume.name));
      names.add(volume.name);
    }
    const sources = Object.keys(volume).filter(key => key !== 'name');
    if (!sources.length)
      causes.push(required(field, 'must specify a volume type'));
    if (sources.length > 1)
      causes.push(
        forbidden(
          `${field}.${sources[1]}`,
          'may not specify more than 1 volume type',
        ),
      );
    if (volume.secret && !volume.secret.secretName)
      causes.push(required(`${field}.secret.secretName`));
    if (volume.configMap && !volume.configMap.name)
      causes.push(required(`${field}.configMap.name`));
    if (volume.persistentVolumeClaim && !volume.persistentVolumeClaim.claimName)
      causes.push(required(`${field}.persistentVolumeClaim.claimName`));
    if (volume.image) {
      const { reference, pullPolicy } = volume.image;
      if (!reference) causes.push(required(`${field}.image.reference`));
      if (!PULL_POLICIES.includes(pullPolicy))
        causes.push(
          notSupported(`${field}.image.pullPolicy`, pullPolicy, PULL_POLICIES),
        );
    }
    return causes;
  });
}

const RESTARTS = ['Always', 'OnFailure', 'Never'];
const DNS = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

/** What is wrong with a pod's specification, which stands at the path `at`. */
export function podSpecCauses(spec: Json, at: string): Cause[] {
  if (!spec) return [required(at)];
  const causes = volumeCauses(spec.volumes, at);
  const volumes = new Set<string>(
    (spec.volumes ?? []).map((v: Json) => v.name),
  );
  const names = new Set<string>();
  if (!spec.containers?.length) causes.push(required(`${at}.containers`));
  for (const list of ['containers', 'initContainers'])
    (spec[list] ?? []).forEach((container: Json, index: number) =>
      causes.push(
        ...containerCauses(container, `${at}.${list}[${index}]`, {
          names,
          volumes,
        }),
      ),
    );
  const { restartPolicy, dnsPolicy, activeDeadlineSeconds } = spec;
  if (!RESTARTS.includes(restartPolicy))
    causes.push(notSupported(`${at}.restartPolicy`, restartPolicy, RESTARTS));
  if (!DNS.includes(dnsPolicy))
    causes.push(notSupported(`${at}.dnsPolicy`, dnsPolicy, DNS));
  if (spec.serviceAccountName)
    for (const fault of subdomainFaults(spec.serviceAccountName))
      causes.push(
        bad(`${at}.serviceAccountName`, spec.serviceAccountName, fault),
      );
  if (activeDeadlineSeconds !== undefined && activeDeadlineSeconds < 1)
    causes.push(
      bad(
        `${at}.activeDeadlineSeconds`,
        activeDeadlineSeconds,
        'must be between 1 and 2147483647, inclusive',
      ),
    );
  return causes;
}

/** What is allowed and hardly meant. */
export function podSpecWarnings(spec: Json, at: string): string[] {
  return ['initContainers', 'containers'].flatMap(list =>
    (spec?.[list] ?? []).flatMap((container: Json, index: number) =>
      containerWarnings(container, `${at}.${list}[${index}]`),
    ),
  );
}
