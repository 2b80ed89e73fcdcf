/** The quality of service of a pod (https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/). */
import type { Json } from '../../types';

export function qosClass(
  spec: Json,
): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers: Json[] = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
  ];
  const counts = (quantities: Json) =>
    Object.entries<Json>(quantities ?? {}).filter(
      ([name, quantity]) =>
        ['cpu', 'memory'].includes(name) &&
        !/^0+[a-zA-Z]*$/.test(String(quantity)),
    );
  const isNamed = containers.some(
    ({ resources }) =>
      counts(resources?.requests).length || counts(resources?.limits).length,
  );
  if (!isNamed) return 'BestEffort';
  const isGuaranteed = containers.every(({ resources }) => {
    const limits = Object.fromEntries(counts(resources?.limits));
    return (
      limits.cpu !== undefined &&
      limits.memory !== undefined &&
      counts(resources?.requests).every(
        ([name, quantity]) => String(limits[name]) === String(quantity),
      )
    );
  });
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
