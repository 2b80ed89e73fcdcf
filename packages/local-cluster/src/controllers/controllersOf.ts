/** Every controller of the cluster. */
import type { Quotas } from '../admission/Quotas';
import type { Tokens } from '../auth/tokens';
import type { EventRecorder } from '../events/EventRecorder';
import type { Registry } from '../registry/Registry';
import type { ReviewedWrites } from '../auth/ReviewedWrites';
import type { Controller, Logger } from './Controller';
import { DeploymentController } from './DeploymentController';
import { DisruptionController } from './DisruptionController';
import { EndpointSliceController } from './EndpointSliceController';
import { GarbageCollector } from './GarbageCollector';
import { NamespaceController } from './NamespaceController';
import { NodeLifecycleController } from './NodeLifecycleController';
import { QuotaController } from './QuotaController';
import { ReplicaSetController } from './ReplicaSetController';
import { Scheduler } from './Scheduler';
import { StatefulSetController } from './StatefulSetController';
import { TaintEvictionController } from './TaintEvictionController';
import { TokenController } from './TokenController';
import { VolumeController } from './VolumeController';

/** The controllers, in the order in which they start. */
export function controllersOf(options: {
  registry: Registry;
  writes: ReviewedWrites;
  events: EventRecorder;
  tokens: Tokens;
  quotas: Quotas;
  logger: Logger;
  /** The certificate of the API's authority, in PEM. */
  authority: string;
  /** Where volumes are kept. */
  volumes: string;
  /** How long a node may be silent, in milliseconds. */
  nodeGraceMs?: number;
}): Controller[] {
  return [
    new NamespaceController(options),
    new TokenController(options),
    new QuotaController(options),
    new DisruptionController(options),
    new VolumeController({ ...options, directory: options.volumes }),
    new Scheduler(options),
    new NodeLifecycleController(options),
    new TaintEvictionController(options),
    new DeploymentController(options),
    new ReplicaSetController(options),
    new StatefulSetController(options),
    new EndpointSliceController(options),
    new GarbageCollector(options),
  ];
}
