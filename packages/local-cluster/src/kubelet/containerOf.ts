/** Which container of a pod is meant. */
import { badRequest } from '../registry/errors';
import type { Json, KubeObject } from '../types';

/** The container that a request asks for. @throws StatusError 400 where that is not clear */
export function containerOf(
  pod: KubeObject,
  asked: string | undefined,
): string {
  const namesOf = (containers: Json[] = []): string[] =>
    containers.map(c => c.name);
  const main = namesOf(pod.spec.containers);
  const { name } = pod.metadata;
  const container = asked ?? (main.length === 1 ? main[0] : undefined);
  if (!container)
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${main.join(
        ' ',
      )}]`,
    );
  if (![...namesOf(pod.spec.initContainers), ...main].includes(container))
    throw badRequest(`container ${container} is not valid for pod ${name}`);
  return container;
}
