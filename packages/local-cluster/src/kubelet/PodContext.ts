/** What the parts of the node agent are given. */
import type { Tokens } from '../auth/tokens';
import type { LoopbackAddresses } from '../registry/LoopbackAddresses';
import type { Registry } from '../registry/Registry';
import type { KubeObject } from '../types';
import type { BackOff } from './backOff';
import type { EventRecorder } from '../events/EventRecorder';
import type { LocalImages } from './images';
import type { Isolation } from './isolation';
import type { NetworkPool } from './network/NetworkPool';
import type { PodNetwork } from './network/PodNetwork';
import type { VolumeImages } from './VolumeImages';
import type { PodVolumes } from './volumes';

/** The node's own address. */
export const HOST_ADDRESS = '127.0.0.1';

/** What all pods of the node share. */
export interface NodeContext {
  /** The node's name. */
  nodeName: string;
  registry: Registry;
  tokens: Tokens;
  events: EventRecorder;
  images: LocalImages;
  volumeImages: VolumeImages;
  isolation: Isolation;
  addresses: LoopbackAddresses;
  backOff: BackOff;
  /** Processes that a pod may have. */
  podPidsLimit: number;
  /** Where pods keep their files. */
  directory: string;
  /** Where persistent volumes are. */
  persistentDirectory: string;
  /** Milliseconds between two heartbeats; the kubelet's by default. */
  renewMs?: number;
  /** Networks of pods; without them pods share the machine's. */
  networks?: NetworkPool;
}

/** What the containers of one pod share. */
export interface PodContext extends NodeContext {
  pod: KubeObject;
  network: PodNetwork;
  volumes: PodVolumes;
  address: string;
  /** How long containers may take to end, in milliseconds; 30,000 where the pod does not say. */
  graceMs: number;
  /** @param fieldPath - the part of the pod that it is about; the pod itself by default */
  event(
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
  /** Says that a container's status is another one now. */
  changed(): void;
}
