/** One container of a pod's specification (kubernetes' `validateContainer`). */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Json } from '../../types';
import {
  bad,
  duplicate,
  forbidden,
  notFoundValue,
  notSupported,
  required,
  type Cause,
} from '../causes';
import { labelFaults } from '../objectMeta';

export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

export function portFault(port: number): string | undefined {
  return port >= 1 && port <= 65535
    ? undefined
    : 'must be between 1 and 65535, inclusive';
}

function portCauses(ports: Json[] | undefined, at: string): Cause[] {
  const names = new Set<string>();
  return (ports ?? []).flatMap((port, index) => {
    const field = `${at}.ports[${index}]`;
    const causes: Cause[] = [];
    if (port.name) {
      if (
        !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(port.name) ||
        port.name.length > 15
      )
        causes.push(
          bad(
            `${field}.name`,
            port.name,
            port.name.length > 15
              ? 'must be no more than 15 characters'
              : 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
          ),
        );
      if (names.has(port.name))
        causes.push(duplicate(`${field}.name`, port.name));
      names.add(port.name);
    }
    if (port.containerPort === undefined)
      causes.push(required(`${field}.containerPort`));
    else {
      const fault = portFault(port.containerPort);
      if (fault)
        causes.push(bad(`${field}.containerPort`, port.containerPort, fault));
    }
    if (port.hostPort) {
      const fault = portFault(port.hostPort);
      if (fault) causes.push(bad(`${field}.hostPort`, port.hostPort, fault));
    }
    if (!PROTOCOLS.includes(port.protocol))
      causes.push(notSupported(`${field}.protocol`, port.protocol, PROTOCOLS));
    return causes;
  });
}

function envCauses(env: Json[] | undefined, at: string): Cause[] {
  return (env ?? []).flatMap((each, index) => {
    const field = `${at}.env[${index}]`;
    if (!each.name) return [required(`${field}.name`)];
    const causes: Cause[] = [];
    if (!/^[ -<>-~]+$/.test(each.name))
      causes.push(
        bad(
          `${field}.name`,
          each.name,
          "a valid environment variable name must consist only of printable ASCII characters other than '='",
        ),
      );
    const from = Object.keys(each.valueFrom ?? {});
    if (each.valueFrom && each.value)
      causes.push(
        bad(
          `${field}.valueFrom`,
          '',
          'may not be specified when `value` is not empty',
        ),
      );
    else if (each.valueFrom && from.length !== 1)
      causes.push(
        bad(
          `${field}.valueFrom`,
          '',
          from.length
            ? 'may not have more than one field specified at a time'
            : 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
        ),
      );
    return causes;
  });
}

function mountCauses(
  mounts: Json[] | undefined,
  at: string,
  volumes: Set<string>,
): Cause[] {
  const paths = new Set<string>();
  return (mounts ?? []).flatMap((mount, index) => {
    const field = `${at}.volumeMounts[${index}]`;
    const causes: Cause[] = [];
    if (!mount.name) causes.push(required(`${field}.name`));
    if (!volumes.has(mount.name))
      causes.push(notFoundValue(`${field}.name`, mount.name));
    if (!mount.mountPath) causes.push(required(`${field}.mountPath`));
    if (paths.has(mount.mountPath))
      causes.push(bad(`${field}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    return causes;
  });
}

/** https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
function resourceCauses(resources: Json, at: string): Cause[] {
  const causes: Cause[] = [];
  for (const list of ['limits', 'requests'])
    for (const [name, quantity] of Object.entries<Json>(
      resources?.[list] ?? {},
    ))
      if (parseQuantity(String(quantity)) < 0)
        causes.push(
          bad(
            `${at}.${list}[${name}]`,
            String(quantity),
            'must be greater than or equal to 0',
          ),
        );
  for (const [name, request] of Object.entries<Json>(
    resources?.requests ?? {},
  )) {
    const limit = resources.limits?.[name];
    if (
      limit !== undefined &&
      parseQuantity(String(request)) > parseQuantity(String(limit))
    )
      causes.push(
        bad(
          `${at}.requests`,
          String(request),
          `must be less than or equal to ${name} limit of ${limit}`,
        ),
      );
  }
  return causes;
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

function probeCauses(probe: Json, field: string): Cause[] {
  if (!probe) return [];
  const handlers = HANDLERS.filter(each => probe[each]);
  const causes: Cause[] = [];
  if (!handlers.length)
    causes.push(required(field, 'must specify a handler type'));
  if (handlers.length > 1)
    causes.push(
      forbidden(
        `${field}.${handlers[1]}`,
        'may not specify more than 1 handler type',
      ),
    );
  for (const each of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'failureThreshold',
  ])
    if (probe[each] < 0)
      causes.push(
        bad(
          `${field}.${each}`,
          probe[each],
          'must be greater than or equal to 0',
        ),
      );
  return causes;
}

/** Names and volumes of the pod that a container belongs to. */
interface Surroundings {
  names: Set<string>;
  volumes: Set<string>;
}

export function containerCauses(
  container: Json,
  at: string,
  { names, volumes }: Surroundings,
): Cause[] {
  const { name, image, imagePullPolicy, terminationMessagePolicy } = container;
  const causes: Cause[] = [];
  if (!name) causes.push(required(`${at}.name`));
  else
    for (const fault of labelFaults(name))
      causes.push(bad(`${at}.name`, name, fault));
  if (name && names.has(name)) causes.push(duplicate(`${at}.name`, name));
  names.add(name);
  if (!image) causes.push(required(`${at}.image`));
  else if (image !== image.trim())
    causes.push(
      bad(`${at}.image`, image, 'must not have leading or trailing whitespace'),
    );
  if (!MESSAGE_POLICIES.includes(terminationMessagePolicy))
    causes.push(
      notSupported(
        `${at}.terminationMessagePolicy`,
        terminationMessagePolicy,
        MESSAGE_POLICIES,
      ),
    );
  causes.push(
    ...portCauses(container.ports, at),
    ...envCauses(container.env, at),
    ...mountCauses(container.volumeMounts, at, volumes),
  );
  if (!PULL_POLICIES.includes(imagePullPolicy))
    causes.push(
      notSupported(`${at}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES),
    );
  causes.push(
    ...resourceCauses(container.resources, `${at}.resources`),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap(each =>
      probeCauses(container[each], `${at}.${each}`),
    ),
  );
  return causes;
}

/** What is taken and cannot be meant: memory is counted in whole bytes. */
export function containerWarnings(container: Json, at: string): string[] {
  const warnings: string[] = [];
  for (const list of ['limits', 'requests'])
    for (const [name, quantity] of Object.entries<Json>(
      container.resources?.[list] ?? {},
    ))
      if (
        ['memory', 'ephemeral-storage'].includes(name) &&
        /m$/.test(String(quantity))
      )
        warnings.push(
          `${at}.resources.${list}[${name}]: fractional byte value ${JSON.stringify(
            String(quantity),
          )} is invalid, must be an integer`,
        );
  return warnings;
}
