/** Binding: places a pod on a node. */
import type { KubeObject } from '../types';
import { withPodCondition } from './changed';
import { badRequest, conflict } from './errors';
import type { Registry } from './Registry';
import { resourceOf } from './resources';

/**
 * Binds a pod.
 *
 * @param binding - `v1` Binding
 * @throws StatusError 400 for another target than a node, 409 where it is placed already or goes away
 */
export function bind(
  registry: Registry,
  namespace: string,
  name: string,
  binding: KubeObject,
): KubeObject | undefined {
  const pods = resourceOf('pods');
  const { kind = 'Node', name: node } = binding.target ?? {};
  if (kind !== 'Node' || !node)
    throw badRequest(
      'target.kind: Unsupported value: supported values: "Node"',
    );
  const pod = registry.get(pods, namespace, name);
  if (pod.metadata.deletionTimestamp)
    throw conflict(
      pods,
      name,
      `pod ${name} is being deleted, cannot be assigned to a host`,
    );
  if (pod.spec.nodeName)
    throw conflict(
      pods,
      name,
      `pod ${name} is already assigned to node ${JSON.stringify(
        pod.spec.nodeName,
      )}`,
    );
  // Node and condition in one write, as the binding of a real server is.
  return registry.place(pods, pod, live => ({
    ...withPodCondition(
      live,
      { type: 'PodScheduled', status: 'True' },
      registry.timestamp(),
    ),
    spec: { ...live.spec, nodeName: node },
  }));
}
