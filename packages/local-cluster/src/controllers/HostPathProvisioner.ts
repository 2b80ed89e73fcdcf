/**
 * Makes volumes for claims, as a provisioner does: directories of the node
 * (https://kubernetes.io/docs/concepts/storage/dynamic-provisioning/).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventRecorder } from '../events/EventRecorder';
import { withAnnotations } from '../registry/changed';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import { waitsForConsumer } from './placement';
import {
  BOUND_BY,
  claimRefOf,
  HOST_PATH,
  isUsedBy,
  PROVISIONED_BY,
} from './volumes';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const SOURCE = { component: 'persistentvolume-controller' };
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** A volume that a controller made goes only when that controller has ended it. */
const FINALIZER = 'kubernetes.io/pv-controller';
const PROVISIONER_OF = [
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
];

export class HostPathProvisioner {
  readonly #registry: Registry;
  readonly #events: EventRecorder;
  readonly #directory: string;

  constructor(options: {
    registry: Registry;
    events: EventRecorder;
    /** Where the volumes are. */
    directory: string;
  }) {
    this.#registry = options.registry;
    this.#events = options.events;
    this.#directory = options.directory;
  }

  #tell(
    claim: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.#events.record(claim, type, reason, message, SOURCE);
  }

  /** Has a volume made for a claim that no volume fits, or says what it waits for. */
  provision(claim: KubeObject): KubeObject | undefined {
    const { storageClassName = '' } = claim.spec;
    const { store } = this.#registry;
    if (!storageClassName) {
      this.#tell(
        claim,
        'Normal',
        'FailedBinding',
        'no persistent volumes available for this claim and no storage class is set',
      );
      return undefined;
    }
    const storageClass = store.get(
      'storageclasses',
      undefined,
      storageClassName,
    );
    if (!storageClass) {
      this.#tell(
        claim,
        'Warning',
        'ProvisioningFailed',
        `storageclass.storage.k8s.io ${JSON.stringify(
          storageClassName,
        )} not found`,
      );
      return undefined;
    }
    if (
      waitsForConsumer(store, claim) &&
      !claim.metadata.annotations?.[SELECTED_NODE]
    ) {
      this.#tellWaits(claim);
      return undefined;
    }
    const { provisioner } = storageClass;
    const told = this.#tellProvisioner(claim, provisioner);
    if (provisioner === HOST_PATH) return this.#make(told, storageClass);
    if (provisioner !== 'kubernetes.io/no-provisioner')
      this.#tell(
        claim,
        'Normal',
        'ExternalProvisioning',
        `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
      );
    return undefined;
  }

  /** It waits for a pod, or for the one that there is to find a place. */
  #tellWaits(claim: KubeObject): void {
    const user = this.#registry.store
      .list('pods', claim.metadata.namespace)
      .find(pod => isUsedBy(claim, pod));
    if (user)
      this.#tell(
        claim,
        'Normal',
        'WaitForPodScheduled',
        `waiting for pod ${user.metadata.name} to be scheduled`,
      );
    else
      this.#tell(
        claim,
        'Normal',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
      );
  }

  #tellProvisioner(claim: KubeObject, provisioner: string): KubeObject {
    return (
      this.#registry.modify(
        resourceOf('persistentvolumeclaims'),
        claim,
        live =>
          withAnnotations(
            live,
            Object.fromEntries(PROVISIONER_OF.map(key => [key, provisioner])),
          ),
        OPTIONS,
      ) ?? claim
    );
  }

  #make(claim: KubeObject, storageClass: KubeObject): KubeObject | undefined {
    const volumeName = `pvc-${claim.metadata.uid}`;
    if (this.#registry.store.get('persistentvolumes', undefined, volumeName))
      return undefined;
    const path = join(this.#directory, volumeName);
    mkdirSync(path, { recursive: true });
    const { object } = this.#registry.create(
      resourceOf('persistentvolumes'),
      undefined,
      {
        metadata: {
          name: volumeName,
          annotations: {
            'kubernetes.io/createdby': 'hostpath-dynamic-provisioner',
            [BOUND_BY]: 'yes',
            [PROVISIONED_BY]: HOST_PATH,
          },
          finalizers: [FINALIZER],
        },
        spec: {
          capacity: { storage: claim.spec.resources.requests.storage },
          hostPath: { path },
          accessModes: claim.spec.accessModes,
          claimRef: claimRefOf(claim),
          persistentVolumeReclaimPolicy: storageClass.reclaimPolicy,
          storageClassName: storageClass.metadata.name,
          volumeMode: claim.spec.volumeMode,
        },
      },
      OPTIONS,
    );
    this.#events.record(
      claim,
      'Normal',
      'ProvisioningSucceeded',
      `Successfully provisioned volume ${volumeName} using ${HOST_PATH}`,
      SOURCE,
    );
    return object;
  }
}
