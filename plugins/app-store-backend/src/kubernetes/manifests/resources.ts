/** What containers may use, and where a pod may be placed. */
import type { InstanceInput } from './InstanceInput';

export function resourcesOf({ sizes, gpu }: InstanceInput) {
  const gpus = sizes.gpuCount ? { [gpu.resource]: String(sizes.gpuCount) } : {};
  return {
    limits: {
      memory: sizes.memoryLimit,
      ...(sizes.cpuLimit ? { cpu: sizes.cpuLimit } : {}),
      ...gpus,
    },
    requests: {
      memory: sizes.memoryReservation,
      ...(sizes.cpuReservation ? { cpu: sizes.cpuReservation } : {}),
      ...gpus,
    },
  };
}

/** What an init container gets: the app's, without its GPUs, which it would hold for nothing. */
export function initResourcesOf(input: InstanceInput) {
  return resourcesOf({ ...input, sizes: { ...input.sizes, gpuCount: 0 } });
}

/** Where the pod may be placed. */
export function schedulingOf(input: InstanceInput) {
  const { nodeSelector, tolerations, affinity } = input.scheduling;
  const selector = {
    ...nodeSelector,
    ...(input.sizes.gpuType
      ? { [input.gpu.nodeLabel]: input.sizes.gpuType }
      : {}),
  };
  return {
    ...(Object.keys(selector).length ? { nodeSelector: selector } : {}),
    ...(tolerations ? { tolerations } : {}),
    ...(affinity ? { affinity } : {}),
    ...(input.imagePullSecrets.length
      ? { imagePullSecrets: input.imagePullSecrets.map(name => ({ name })) }
      : {}),
    ...(input.serviceAccount
      ? { serviceAccountName: input.serviceAccount }
      : {}),
  };
}
