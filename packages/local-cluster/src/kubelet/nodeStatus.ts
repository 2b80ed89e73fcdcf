/** The Node object: what this machine has, and that it is ready. */
import { cpus, freemem, hostname, totalmem } from 'node:os';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import { KUBERNETES_VERSION } from '../schema/Schema';
import { describeIsolation, type Isolation } from './isolation';

/** Pods of a laptop mostly wait: each core counts as many. */
const CPUS_PER_CORE = 16;

/** Writes the Node object. */
export function registerNode(
  registry: Registry,
  isolation: Isolation,
  nodeName: string,
): void {
  const resource = resourceOf('nodes');
  const capacity = {
    cpu: String(cpus().length * CPUS_PER_CORE),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '250',
    'ephemeral-storage': '100Gi',
  };
  const node =
    registry.store.get('nodes', undefined, nodeName) ??
    registry.create(
      resource,
      undefined,
      {
        metadata: {
          name: nodeName,
          labels: {
            'kubernetes.io/hostname': nodeName,
            'kubernetes.io/os': process.platform,
            'kubernetes.io/arch': process.arch,
          },
        },
      },
      { fieldManager: 'kubelet' },
    ).object;
  const now = registry.timestamp();
  registry.modify(
    resource,
    node,
    live => ({
      ...live,
      status: {
        capacity,
        allocatable: capacity,
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: hostname() },
        ],
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'KubeletReady',
            message: describeIsolation(isolation),
            lastHeartbeatTime: now,
            lastTransitionTime: now,
          },
        ],
        nodeInfo: {
          kubeletVersion: KUBERNETES_VERSION,
          osImage: `${Math.round(freemem() / 2 ** 30)} GiB free`,
          operatingSystem: process.platform,
          architecture: process.arch,
          containerRuntimeVersion: `node://${process.version}`,
          kernelVersion: '',
          machineID: '',
          systemUUID: '',
          bootID: '',
          kubeProxyVersion: '',
        },
      },
    }),
    { fieldManager: 'kubelet', subresource: 'status' },
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
    { fieldManager: 'kubelet', subresource: 'status' },
  );
}
