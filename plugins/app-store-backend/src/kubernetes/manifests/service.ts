/** The Service of an instance. */
import type { V1Service } from '@kubernetes/client-node';
import type { InstanceInput } from './InstanceInput';
import { objectName } from './labels';
import { labelsOf, selectorOf } from './metadata';

export function serviceOf(input: InstanceInput): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: objectName(input.instanceId),
      namespace: input.namespace,
      labels: labelsOf(input),
    },
    spec: {
      selector: selectorOf(input),
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
    },
  };
}
