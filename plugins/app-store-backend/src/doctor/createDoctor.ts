/** All checks of the doctor. */
import type { KeyedLock } from '../database/KeyedLock';
import type { Epoch } from '../epoch/Epoch';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { Inventory } from '../kubernetes/Inventory';
import {
  missingPermissions,
  type PermissionOptions,
} from '../kubernetes/permissions';
import type { AliasCluster } from '../kubernetes/AliasCluster';
import type { AliasProcessor } from '../reconcile/AliasProcessor';
import type { ContentVolumes } from '../kubernetes/ContentVolumes';
import { aliasesCheck } from './checks/aliases';
import { contentVolumesCheck } from './checks/contentVolumes';
import { policiesCheck } from './checks/policies';
import type { PolicyEnforcement } from './PolicyEnforcement';
import type { InstanceQueue } from '../reconcile/InstanceQueue';
import type { SecretCluster } from '../kubernetes/SecretCluster';
import type { SecretRepository } from '../secrets/SecretRepository';
import { clusterCheck, permissionsCheck } from './checks/cluster';
import { driftCheck, queueCheck, refusedCheck } from './checks/instances';
import {
  backupCheck,
  orphanedSecretsCheck,
  orphansCheck,
  secretsCheck,
} from './checks/leftovers';
import { Doctor, type DoctorOptions } from './Doctor';

export function createDoctor(
  options: Pick<DoctorOptions, 'policy' | 'audit' | 'logger'> & {
    permissions: PermissionOptions;
    /** Where each alias has an object. */
    aliasRoutes:
      | { processor: AliasProcessor; cluster: AliasCluster }
      | undefined;
    /** Where it can be found out. */
    policyEnforcement: PolicyEnforcement | undefined;
    /** Where nodes pull the content of apps. */
    contentVolumes: ContentVolumes | undefined;
    namespace: string;
    queue: InstanceQueue;
    cluster: InstanceCluster;
    inventory: Inventory;
    instances: InstanceRepository;
    secrets: SecretRepository;
    secretCluster: SecretCluster;
    locks: KeyedLock;
    epoch: Epoch;
  },
): Doctor {
  const {
    permissions,
    namespace,
    queue,
    cluster,
    epoch,
    aliasRoutes,
    policyEnforcement,
    contentVolumes,
  } = options;
  return new Doctor({
    ...options,
    checks: [
      clusterCheck(cluster),
      permissionsCheck({
        missing: () => missingPermissions(permissions),
        namespace,
      }),
      refusedCheck(queue),
      driftCheck({ queue, cluster }),
      queueCheck(queue),
      orphansCheck(options),
      orphanedSecretsCheck(options),
      secretsCheck(options.secrets),
      ...(aliasRoutes ? [aliasesCheck(aliasRoutes)] : []),
      ...(policyEnforcement ? [policiesCheck(policyEnforcement)] : []),
      ...(contentVolumes ? [contentVolumesCheck(contentVolumes)] : []),
      backupCheck(epoch),
    ],
  });
}
