/** Services: the server gives each one an address and ports, which an update may leave out. */
import { equal } from '../../apply/equal';
import { AGE, NAME } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import {
  bad,
  duplicate,
  GoText,
  notSupported,
  required,
  type Cause,
} from '../causes';
import { invalid } from '../errors';
import type { LoopbackAddresses } from '../LoopbackAddresses';
import type { Resource } from '../Resource';
import { portFault } from './container';
import { fill } from './fill';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

const KIND = {
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
};

function goList(values: string[]): GoText {
  return new GoText(
    `[]string{${values.map(each => JSON.stringify(each)).join(', ')}}`,
  );
}

/** A port as Go prints it. */
function goPort(port: Json): GoText {
  const isText = typeof port.targetPort === 'string';
  const isNumber = !isText && port.targetPort !== port.port;
  return new GoText(
    `core.ServicePort{Name:${JSON.stringify(
      port.name ?? '',
    )}, Protocol:${JSON.stringify(
      port.protocol,
    )}, AppProtocol:(*string)(nil), Port:${
      port.port
    }, TargetPort:intstr.IntOrString{Type:${isText ? 1 : 0}, IntVal:${
      isNumber ? port.targetPort : 0
    }, StrVal:${JSON.stringify(isText ? port.targetPort : '')}}, NodePort:${
      port.nodePort ?? 0
    }}`,
  );
}

function portCauses(ports: Json[]): Cause[] {
  const seen = new Map<string, number>();
  const names = new Set<string>();
  const duplicates: Cause[] = [];
  const causes = ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const found: Cause[] = [];
    if (!port.name && ports.length > 1) found.push(required(`${at}.name`));
    if (port.name && names.has(port.name))
      found.push(duplicate(`${at}.name`, port.name));
    names.add(port.name);
    const fault = portFault(port.port);
    if (fault) found.push(bad(`${at}.port`, port.port, fault));
    if (typeof port.targetPort === 'number') {
      const target = portFault(port.targetPort);
      if (target) found.push(bad(`${at}.targetPort`, port.targetPort, target));
    }
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) duplicates.push(duplicate(at, goPort(port)));
    seen.set(key, index);
    return found;
  });
  return [...causes, ...duplicates];
}

function hasAddress({ type, clusterIP }: Json): boolean {
  return type !== 'ExternalName' && clusterIP !== 'None';
}

function portsOf({ spec }: KubeObject): string {
  const ports: Json[] = spec.ports ?? [];
  return ports.length
    ? ports
        .map(({ port, nodePort, protocol }) =>
          nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
        )
        .join(',')
    : '<none>';
}

function externalAddress({ spec, status }: KubeObject): string {
  const external: string[] = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName;
  if (spec.type === 'LoadBalancer') {
    const given = (status?.loadBalancer?.ingress ?? []).map(
      (each: Json) => each.ip ?? each.hostname,
    );
    return [...given, ...external].join(',') || '<pending>';
  }
  return external.join(',') || '<none>';
}

function selectorText(selector: Record<string, string> | undefined): string {
  return (
    Object.entries(selector ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',') || '<none>'
  );
}

const HAS_NODE_PORTS = ['NodePort', 'LoadBalancer'];

function nodePortsOf(spec: Json): number[] {
  return (spec?.ports ?? []).flatMap(({ nodePort }: Json) => nodePort ?? []);
}

function allocatePorts(
  service: KubeObject,
  addresses: LoopbackAddresses,
  before: KubeObject | undefined,
): void {
  const { spec, metadata } = service;
  const had = nodePortsOf(before?.spec);
  const kept = nodePortsOf(service.spec);
  for (const port of had)
    if (!kept.includes(port)) addresses.releaseNodePort(port);
  if (!HAS_NODE_PORTS.includes(spec.type)) return;
  spec.ports.forEach((port: Json, index: number) => {
    if (port.nodePort && had.includes(port.nodePort)) return;
    const fault = port.nodePort
      ? addresses.takeNodePort(port.nodePort)
      : undefined;
    if (fault)
      throw invalid(KIND, metadata.name, [
        bad(`spec.ports[${index}].nodePort`, port.nodePort, fault),
      ]);
    port.nodePort ??= addresses.nodePort();
  });
}

function allocateAddress(
  { spec, metadata }: KubeObject,
  addresses: LoopbackAddresses,
  before: KubeObject | undefined,
): void {
  const had = before && hasAddress(before.spec) ? before.spec.clusterIP : '';
  if (had && (!hasAddress(spec) || spec.clusterIP !== had))
    addresses.release(had);
  if (spec.clusterIP === 'None') spec.clusterIPs = ['None'];
  if (!hasAddress(spec) || (had && spec.clusterIP === had)) return;
  if (spec.clusterIP) {
    const fault = addresses.takeService(spec.clusterIP);
    if (fault)
      throw invalid(KIND, metadata.name, [
        bad(
          'spec.clusterIPs',
          goList([spec.clusterIP]),
          `failed to allocate IP ${spec.clusterIP}: ${fault}`,
        ),
      ]);
  } else spec.clusterIP = addresses.service();
  spec.clusterIPs = [spec.clusterIP];
}

/** What goes with a type goes with it, unless somebody sets it (kubernetes' `dropTypeDependentFields`). */
function dropOfType(before: Json, after: Json): void {
  if (
    HAS_NODE_PORTS.includes(before.type) &&
    !HAS_NODE_PORTS.includes(after.type)
  )
    for (const port of after.ports ?? []) {
      const isKept = nodePortsOf(before).includes(port.nodePort);
      if (isKept) delete port.nodePort;
    }
  if (after.type === 'ExternalName' && after.clusterIP === before.clusterIP)
    for (const field of [
      'clusterIP',
      'clusterIPs',
      'ipFamilies',
      'ipFamilyPolicy',
    ])
      delete after[field];
}

export const services: Resource = {
  ...KIND,
  namespaced: true,
  shortNames: ['svc'],
  categories: ['all'],
  status: true,
  returnsDeleted: true,
  nameForm: 'label1035',
  fieldLabels: { 'spec.clusterIP': undefined, 'spec.type': undefined },
  columns: [
    NAME,
    { name: 'Type', cell: ({ spec }) => spec.type },
    { name: 'Cluster-IP', cell: ({ spec }) => spec.clusterIP || '<none>' },
    { name: 'External-IP', cell: externalAddress },
    { name: 'Port(s)', cell: portsOf },
    AGE,
    {
      name: 'Selector',
      priority: 1,
      cell: ({ spec }) => selectorText(spec.selector),
    },
  ],

  defaults(service) {
    const { spec } = service;
    if (!spec) return;
    fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
    if (spec.type !== 'ExternalName')
      fill(spec, { internalTrafficPolicy: 'Cluster' });
    if (HAS_NODE_PORTS.includes(spec.type))
      fill(spec, { externalTrafficPolicy: 'Cluster' });
    if (spec.type === 'LoadBalancer')
      fill(spec, { allocateLoadBalancerNodePorts: true });
    for (const port of spec.ports ?? [])
      fill(port, { protocol: 'TCP', targetPort: port.port });
  },

  prepareForCreate(service) {
    service.status = { loadBalancer: {} };
  },

  validate({ spec }) {
    if (!spec) return [required('spec')];
    const causes: Cause[] = [];
    const { ports = [], clusterIP, type } = spec;
    if (!ports.length && hasAddress({ type, clusterIP }))
      causes.push(required('spec.ports'));
    causes.push(...portCauses(ports));
    if (!TYPES.includes(type))
      causes.push(notSupported('spec.type', type, TYPES));
    if (type === 'ExternalName' && !spec.externalName)
      causes.push(required('spec.externalName'));
    return causes;
  },

  allocate(service, addresses, before) {
    const { spec } = service;
    if (spec.type !== 'ExternalName')
      fill(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
    allocatePorts(service, addresses, before);
    allocateAddress(service, addresses, before);
  },

  released({ spec }, addresses) {
    addresses.release(spec.clusterIP);
    for (const { nodePort } of spec.ports ?? [])
      addresses.releaseNodePort(nodePort);
  },

  prepareForUpdate(before, after) {
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = before.spec;
    after.spec = structuredClone(after.spec);
    dropOfType(before.spec, after.spec);
    if (after.spec.type === 'ExternalName') return;
    fill(after.spec, { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy });
    if (!HAS_NODE_PORTS.includes(after.spec.type)) return;
    // A port that is named again keeps its number.
    for (const port of after.spec.ports ?? []) {
      const old = (before.spec.ports ?? []).find(
        (each: Json) =>
          each.port === port.port && each.protocol === port.protocol,
      );
      if (port.nodePort === undefined && old?.nodePort)
        port.nodePort = old.nodePort;
    }
  },

  validateUpdate(before, after) {
    const was = before.spec.clusterIPs;
    const is = after.spec.clusterIPs ?? [after.spec.clusterIP];
    return was &&
      hasAddress(before.spec) &&
      hasAddress(after.spec) &&
      !equal(was, is)
      ? [bad('spec.clusterIPs[0]', goList(is), 'may not change once set')]
      : [];
  },
};
