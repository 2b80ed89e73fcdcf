/** The Deployment or StatefulSet of an instance. */
import type { V1Deployment, V1StatefulSet } from '@kubernetes/client-node';
import { recordAnnotation } from './instanceRecord';
import type { InstanceInput } from './InstanceInput';
import { objectName } from './labels';
import { labelsOf, selectorOf } from './metadata';
import { podTemplate } from './podTemplate';

/** With one replica. A Deployment may run two pods for a moment; with a volume that must never be. */
export function workloadOf(input: InstanceInput): V1Deployment | V1StatefulSet {
  const name = objectName(input.instanceId);
  const { parameters } = input;
  const metadata = {
    name,
    namespace: input.namespace,
    labels: labelsOf(input),
    annotations: recordAnnotation(input, { parameters }),
  };
  const selector = { matchLabels: selectorOf(input) };
  const template = podTemplate(input);
  return input.manifest.runtime.volumeMount
    ? {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata,
        spec: {
          replicas: 1,
          serviceName: name,
          // Otherwise a pod that never gets ready is never replaced by a corrected one.
          // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
          podManagementPolicy: 'Parallel',
          selector,
          template,
        },
      }
    : {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: {
          replicas: 1,
          strategy: { type: 'Recreate' },
          revisionHistoryLimit: 0,
          selector,
          template,
        },
      };
}
