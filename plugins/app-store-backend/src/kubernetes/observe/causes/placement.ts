/** No node takes the pod, or its volume is not there. */
import type { Cause } from './Cause';

/** Why no node is added. */
const NO_NODE: Partial<Record<'comes' | 'full' | 'never', string>> = {
  full: ' No node is added: the cluster has as many as it may have.',
  never: ' No node is added: no kind of node fits the app.',
};

export const PLACEMENT_CAUSES = {
  NO_CAPACITY: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string, scaling?: 'comes' | 'full' | 'never') =>
      `The cluster has no room for the app at the moment: ${reason}.${
        NO_NODE[scaling ?? 'comes'] ?? ''
      }`,
    remedy: (_reason: string, scaling?: 'comes' | 'full' | 'never') =>
      scaling === 'never'
        ? 'Choose a smaller launch profile, or ask an admin to add a larger kind of node.'
        : 'It starts automatically when there is capacity. Suspend other instances, choose a smaller launch profile, or ask an admin for more capacity.',
  },
  NO_MATCHING_NODE: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string) =>
      `No node of the cluster fits the app: ${reason}.`,
    remedy:
      'Choose another launch profile, or ask an admin to check the node selector, the affinity and the tolerations of the launch profile and the runtime version.',
  },
  NODES_CLOSED: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string) =>
      `The nodes of the cluster take no new apps at the moment: ${reason}.`,
    remedy:
      'It starts automatically when a node is open again. An admin must check the nodes.',
  },
  PORT_TAKEN: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string) =>
      `The port of the node that the app needs is in use: ${reason}.`,
    remedy:
      'It starts automatically when the port is free. An admin must check who uses host ports.',
  },
  /** Only its owner can say that an empty volume will do. */
  VOLUME_LOST: {
    owner: 'you',
    status: 'FAILED',
    message: (claimName: string) =>
      `The volume of the instance no longer exists in the cluster (claim ${claimName}). The store does not start it with an empty volume unless you ask for that.`,
    remedy:
      'Ask an admin to restore the volume from a backup. The instance then starts automatically. Or start it with an empty volume.',
  },
  VOLUME_UNAVAILABLE: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string) =>
      `The cluster does not provide the volume of the instance: ${reason}.`,
    remedy:
      'An admin must check appStore.kubernetes.storageClass and the storage of the cluster. The instance then starts automatically.',
  },
  MOUNT_FAILED: {
    owner: 'admin',
    status: 'FAILED',
    message: (volume: string | undefined, reason: string) =>
      `${
        volume ? `The volume ${volume}` : 'A volume'
      } of the pod cannot be mounted: ${reason}.`,
    remedy:
      'The cluster tries again automatically. An admin must check the volume and the storage of the node.',
  },
  DISK_LIMIT: {
    owner: 'author',
    status: 'PENDING',
    message: (reason: string) =>
      `The app was ended because it wrote more to the disk than it may: ${reason}.`,
    remedy:
      "It starts again automatically, without the files it wrote. The app's author must make it write less, or ask for more (Runtime.VolumeMount, Runtime.ResourceVolumeSize).",
  },
  NODE_PRESSURE: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string) =>
      `The node had to end the app, because it ran out of something: ${reason}.`,
    remedy:
      'It starts again automatically. An admin must check the resources of the nodes.',
  },
  PREEMPTED: {
    owner: 'admin',
    status: 'PENDING',
    message: () =>
      'The app had to give way to something with a higher priority.',
    remedy:
      'It starts again automatically when there is capacity. Ask an admin for more capacity, or for a higher priority.',
  },
  MOVED: {
    owner: 'platform',
    status: 'PENDING',
    message: () => 'The cluster moves the app to another node.',
    remedy:
      'It starts again automatically. What it kept outside of its volume is lost.',
  },
  DEADLINE_EXCEEDED: {
    owner: 'admin',
    status: 'FAILED',
    message: () => 'The pod was ended because its time (deadline) was over.',
    remedy:
      'An admin must check which policy of the cluster sets a deadline for pods.',
  },
} satisfies Record<string, Cause>;
