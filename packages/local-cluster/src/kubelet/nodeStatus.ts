/** The Node object: what this machine has, and that it is ready. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus, hostname, release, totalmem } from 'node:os';
import { conditionOf } from '../conditions';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import { KUBERNETES_VERSION } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { describeIsolation, type Isolation } from './isolation';

/** Pods of a laptop mostly wait: each core counts as many. */
const CPUS_PER_CORE = 16;
const STATUS = { fieldManager: 'kubelet', subresource: 'status' } as const;
/** What Go calls the architectures of Node.js. */
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', ia32: '386' };

/** The node's condition of each type, as a kubelet that has enough of everything tells it. */
const SUFFICIENT = [
  [
    'MemoryPressure',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
  ],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  [
    'PIDPressure',
    'KubeletHasSufficientPID',
    'kubelet has sufficient PID available',
  ],
] as const;

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

function osImage(): string {
  const [, name] =
    /^PRETTY_NAME="?([^"\n]*)/m.exec(textOf('/etc/os-release')) ?? [];
  return name ?? process.platform;
}

function nodeInfo(): Json {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  return {
    machineID: textOf('/etc/machine-id'),
    systemUUID: textOf('/etc/machine-id'),
    bootID: textOf('/proc/sys/kernel/random/boot_id'),
    kernelVersion: release(),
    osImage: osImage(),
    containerRuntimeVersion: `node://${process.versions.node}`,
    kubeletVersion: KUBERNETES_VERSION,
    kubeProxyVersion: '',
    operatingSystem: process.platform,
    architecture,
  };
}

function conditions(
  before: Json[] | undefined,
  isolation: Isolation,
  now: string,
): Json[] {
  const condition = (
    type: string,
    status: string,
    reason: string,
    message: string,
  ) => {
    const known = conditionOf(before, type);
    return {
      type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime:
        known?.status === status ? known.lastTransitionTime : now,
      reason,
      message,
    };
  };
  return [
    ...SUFFICIENT.map(([type, reason, message]) =>
      condition(type, 'False', reason, message),
    ),
    condition('Ready', 'True', 'KubeletReady', describeIsolation(isolation)),
  ];
}

/** Makes the Node object, where there is none yet. */
export function registerNode(registry: Registry, nodeName: string): void {
  if (registry.store.get('nodes', undefined, nodeName)) return;
  const arch = ARCHITECTURES[process.arch] ?? process.arch;
  registry.create(
    resourceOf('nodes'),
    undefined,
    {
      metadata: {
        name: nodeName,
        labels: {
          'kubernetes.io/hostname': nodeName,
          'kubernetes.io/os': process.platform,
          'kubernetes.io/arch': arch,
        },
      },
    },
    { fieldManager: 'kubelet' },
  );
}

/** Says what the node has, and that it is ready. */
export function writeNodeStatus(
  registry: Registry,
  isolation: Isolation,
  nodeName: string,
): void {
  const node = registry.store.get('nodes', undefined, nodeName);
  if (!node) return;
  const capacity = {
    cpu: String(cpus().length * CPUS_PER_CORE),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '250',
    'ephemeral-storage': '100Gi',
  };
  registry.modify(
    resourceOf('nodes'),
    node,
    live => ({
      ...live,
      status: {
        capacity,
        allocatable: { ...capacity, ...reservedOf(live) },
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: hostname() },
        ],
        conditions: conditions(
          live.status?.conditions,
          isolation,
          registry.timestamp(),
        ),
        nodeInfo: nodeInfo(),
      },
    }),
    STATUS,
  );
}

/** What a fault leaves of the node, as the status says it now. */
function reservedOf({ status }: KubeObject): Json {
  const { capacity = {}, allocatable = {} } = status ?? {};
  return Object.fromEntries(
    Object.entries(allocatable).filter(
      ([name, amount]) => capacity[name] !== amount,
    ),
  );
}

/** Leaves this much of the node to pods; all of it by default. */
export function writeAllocatable(
  registry: Registry,
  nodeName: string,
  allocatable: Record<string, string> | undefined,
): void {
  const node = registry.store.get('nodes', undefined, nodeName);
  if (!node) return;
  registry.modify(
    resourceOf('nodes'),
    node,
    live => ({
      ...live,
      status: {
        ...live.status,
        allocatable: { ...live.status?.capacity, ...allocatable },
      },
    }),
    STATUS,
  );
}
