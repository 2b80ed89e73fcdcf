/** The store can read its cluster, and may do there what it has to do. */
import type { InstanceCluster } from '../../kubernetes/InstanceCluster';
import {
  permissionInWords,
  permissionsInWords,
  type MissingPermission,
} from '../../kubernetes/permissions';
import type { Check } from '../Check';

export function clusterCheck(cluster: InstanceCluster): Check {
  return {
    id: 'cluster',
    title: 'The Kubernetes API answers',
    async look() {
      const unread = cluster.unread();
      const secondsSince = (at: number) =>
        Math.max(0, Math.round((Date.now() - at) / 1000));
      if (!unread)
        return {
          state: 'OK',
          message: `It answered ${secondsSince(
            cluster.heartbeat.state.answeredAt,
          )} s ago.`,
        };
      return {
        state: 'FAILED',
        message: `The cluster has not been read for ${secondsSince(
          unread.since,
        )} s.`,
        remedy:
          'Check that the Kubernetes API runs, that this replica reaches it, and that its credentials are valid.',
        evidence: unread.error
          ? [{ source: 'Kubernetes API', message: unread.error.message }]
          : [],
      };
    },
  };
}

export function permissionsCheck(options: {
  missing: () => Promise<MissingPermission[]>;
  namespace: string;
}): Check {
  return {
    id: 'permissions',
    asksCluster: true,
    title: 'The store has the permissions that it needs',
    async look() {
      const missing = await options.missing();
      if (!missing.length)
        return {
          state: 'OK',
          message: `All of them, in the namespace ${options.namespace}.`,
        };
      return {
        state: 'FAILED',
        message: `The cluster does not allow the store to ${permissionsInWords(
          missing,
        )}.`,
        remedy:
          'Add these to the Roles of the store: deploy/base/role.yaml has all of them, and deploy/components those for objects of aliases.',
        evidence: missing.map(each => ({
          source: 'SelfSubjectAccessReview',
          message: `${permissionInWords(each)}: not allowed`,
        })),
      };
    },
  };
}
