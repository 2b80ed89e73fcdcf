/**
 * The validation that callers of this cluster can run into: names, labels,
 * required parts, immutable parts. A real server knows many more rules.
 */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Cause } from '../registry/errors';
import type { Resource } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { equal } from './equal';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

function required(field: string, message = 'Required value'): Cause {
  return { reason: 'FieldValueRequired', message, field };
}

function bad(field: string, value: Json, why: string): Cause {
  return {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    field,
  };
}

function nameCauses(object: KubeObject): Cause[] {
  const { name } = object.metadata;
  if (!name)
    return [
      required(
        'metadata.name',
        'Required value: name or generateName is required',
      ),
    ];
  const dnsLabel = object.kind === 'Namespace' || object.kind === 'Service';
  if (dnsLabel && (!LABEL.test(name) || name.length > 63))
    return [
      bad(
        'metadata.name',
        name,
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
      ),
    ];
  if (!SUBDOMAIN.test(name) || name.length > 253)
    return [
      bad(
        'metadata.name',
        name,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      ),
    ];
  return [];
}

function labelCauses(
  labels: Record<string, string> | undefined,
  field: string,
): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([, value]) =>
    LABEL_VALUE.test(value) && value.length <= 63
      ? []
      : [
          bad(
            field,
            value,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
          ),
        ],
  );
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

function podSpecCauses(spec: Json, at: string): Cause[] {
  const causes: Cause[] = [];
  if (!spec) return [required(at)];
  if (!spec.containers?.length) causes.push(required(`${at}.containers`));
  const volumes = new Set((spec.volumes ?? []).map((v: Json) => v.name));
  const names = new Set<string>();
  const check = (container: Json, field: string) => {
    if (!container.name) causes.push(required(`${field}.name`));
    else if (names.has(container.name))
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Duplicate value: ${JSON.stringify(container.name)}`,
        field: `${field}.name`,
      });
    names.add(container.name);
    if (!container.image) causes.push(required(`${field}.image`));
    causes.push(...resourceCauses(container.resources, `${field}.resources`));
    (container.volumeMounts ?? []).forEach((mount: Json, i: number) => {
      if (!volumes.has(mount.name))
        causes.push({
          reason: 'FieldValueInvalid',
          message: `Not found: ${JSON.stringify(mount.name)}`,
          field: `${field}.volumeMounts[${i}].name`,
        });
    });
  };
  (spec.initContainers ?? []).forEach((c: Json, i: number) =>
    check(c, `${at}.initContainers[${i}]`),
  );
  (spec.containers ?? []).forEach((c: Json, i: number) =>
    check(c, `${at}.containers[${i}]`),
  );
  return causes;
}

/** What is wrong with an object; empty where nothing is. */
export function violations(object: KubeObject): Cause[] {
  const causes = [
    ...nameCauses(object),
    ...labelCauses(object.metadata.labels, 'metadata.labels'),
  ];
  const { spec } = object;
  switch (object.kind) {
    case 'Pod':
      causes.push(...podSpecCauses(spec, 'spec'));
      break;
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet': {
      if (!spec) {
        causes.push(required('spec'));
        break;
      }
      if (!spec.selector) causes.push(required('spec.selector'));
      const labels = spec.template?.metadata?.labels ?? {};
      const wanted = Object.entries(spec.selector?.matchLabels ?? {});
      if (!wanted.every(([k, v]) => labels[k] === v))
        causes.push(
          bad(
            'spec.template.metadata.labels',
            labels,
            '`selector` does not match template `labels`',
          ),
        );
      if (spec.replicas < 0)
        causes.push(
          bad(
            'spec.replicas',
            spec.replicas,
            'must be greater than or equal to 0',
          ),
        );
      causes.push(...podSpecCauses(spec.template?.spec, 'spec.template.spec'));
      break;
    }
    case 'Service':
      if (!spec?.ports?.length && spec?.clusterIP !== 'None')
        causes.push(required('spec.ports'));
      break;
    case 'PersistentVolumeClaim':
      if (!spec?.accessModes?.length)
        causes.push(
          required(
            'spec.accessModes',
            'Required value: at least 1 access mode is required',
          ),
        );
      if (!spec?.resources?.requests?.storage)
        causes.push(required('spec.resources[storage]'));
      break;
    case 'ConfigMap':
    case 'Secret':
      for (const key of Object.keys(object.data ?? {})) {
        if (!CONFIG_KEY.test(key) || key.length > 253)
          causes.push(
            bad(
              `data[${key}]`,
              key,
              "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            ),
          );
      }
      break;
    default:
  }
  return causes;
}

/** What an update must not change. */
export function immutableViolations(
  resource: Resource,
  before: KubeObject,
  after: KubeObject,
): Cause[] {
  const frozen: Record<string, string[]> = {
    deployments: ['spec.selector'],
    replicasets: ['spec.selector'],
    statefulsets: [
      'spec.selector',
      'spec.serviceName',
      'spec.volumeClaimTemplates',
    ],
    services: ['spec.clusterIP'],
    secrets: ['type'],
  };
  const pick = (object: Json, path: string) =>
    path.split('.').reduce((at, key) => at?.[key], object);
  const causes = (frozen[resource.plural] ?? [])
    .filter(
      path =>
        pick(before, path) !== undefined &&
        !equal(pick(before, path), pick(after, path)),
    )
    .map(path => bad(path, pick(after, path), 'field is immutable'));
  if (
    before.immutable &&
    !equal([before.data, before.binaryData], [after.data, after.binaryData])
  )
    causes.push({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: field is immutable when `immutable` is set',
      field: 'data',
    });
  if (resource.plural === 'pods') {
    const core = (pod: KubeObject) =>
      (pod.spec?.containers ?? []).map((c: Json) => ({
        ...c,
        image: undefined,
        resources: undefined,
      }));
    if (!equal(core(before), core(after)))
      causes.push({
        reason: 'FieldValueForbidden',
        message:
          'Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
        field: 'spec',
      });
  }
  return causes;
}
