/** All checks of the doctor. */
import type { Epoch } from '../epoch/Epoch';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { KubeApi } from '../kubernetes/client/KubeApi';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { Inventory } from '../kubernetes/Inventory';
import { missingPermissions } from '../kubernetes/permissions';
import type { InstanceQueue } from '../reconcile/InstanceQueue';
import type { SecretRepository } from '../secrets/SecretRepository';
import { clusterCheck, permissionsCheck } from './checks/cluster';
import { driftCheck, queueCheck, refusedCheck } from './checks/instances';
import { backupCheck, orphansCheck, secretsCheck } from './checks/leftovers';
import { Doctor, type DoctorOptions } from './Doctor';

export function createDoctor(
  options: Pick<DoctorOptions, 'policy' | 'audit' | 'logger'> & {
    api: KubeApi;
    namespace: string;
    queue: InstanceQueue;
    cluster: InstanceCluster;
    inventory: Inventory;
    instances: InstanceRepository;
    secrets: SecretRepository;
    epoch: Epoch;
  },
): Doctor {
  const { api, namespace, queue, cluster, epoch } = options;
  return new Doctor({
    ...options,
    checks: [
      clusterCheck(cluster),
      permissionsCheck({
        missing: () => missingPermissions(api, namespace),
        namespace,
      }),
      refusedCheck(queue),
      driftCheck({ queue, cluster }),
      queueCheck(queue),
      orphansCheck(options),
      secretsCheck(options.secrets),
      backupCheck(epoch),
    ],
  });
}
