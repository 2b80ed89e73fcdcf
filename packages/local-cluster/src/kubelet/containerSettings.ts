/** Settings of a container that a real node could not follow, refused in its words. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Json, KubeObject } from '../types';
import { ContainerConfigError } from './environment';

/** No sandbox fits into less memory, in bytes. */
const LEAST_MEMORY = 512 * 1024;

/** @throws Error where the memory of a pod has no room for its sandbox */
export function assertSandbox({ spec, metadata }: KubeObject): void {
  const limits = spec.containers.map(
    (each: Json) => each.resources?.limits?.memory,
  );
  // A pod is limited where each of its containers is; zero is no limit.
  if (!limits.every((limit: Json) => limit && parseQuantity(String(limit)) > 0))
    return;
  const total = limits.reduce(
    (sum: number, limit: Json) => sum + parseQuantity(String(limit)),
    0,
  );
  if (total >= LEAST_MEMORY) return;
  throw new Error(
    `rpc error: code = Unknown desc = failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/kubepods/burstable/pod${metadata.uid}: cannot allocate memory: unknown`,
  );
}

/** @throws ContainerConfigError */
export function assertSettings(pod: KubeObject, container: Json): void {
  const of = (field: string) =>
    container.securityContext?.[field] ?? pod.spec.securityContext?.[field];
  if (of('runAsNonRoot') && of('runAsUser') === 0) {
    const { name, namespace, uid } = pod.metadata;
    throw new ContainerConfigError(
      `container's runAsUser breaks non-root policy (pod: "${name}_${namespace}(${uid})", container: ${container.name})`,
    );
  }
  const { type, localhostProfile } = of('seccompProfile') ?? {};
  if (type === 'Localhost') {
    const path = `/var/lib/kubelet/seccomp/${localhostProfile}`;
    throw new ContainerConfigError(
      `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`,
      'CreateContainerError',
    );
  }
}
