/** A container's environment and command, as its pod describes them. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Registry } from '../registry/Registry';
import type { Json, KubeObject } from '../types';

/** What keeps a container from being made. */
export class ContainerConfigError extends Error {
  /** @param reason - as the container's state says it */
  constructor(
    message: string,
    readonly reason:
      | 'CreateContainerConfigError'
      | 'CreateContainerError' = 'CreateContainerConfigError',
  ) {
    super(message);
  }
}

/** The Secrets and ConfigMaps that a pod names. */
export type DataPlural = 'secrets' | 'configmaps';

const SINGULAR = { secrets: 'secret', configmaps: 'configmap' };

/**
 * The data of a Secret or ConfigMap; undefined where it is optional and not there.
 *
 * @throws ContainerConfigError where it is not optional and not there
 */
export function dataOf(
  registry: Registry,
  plural: DataPlural,
  namespace: string | undefined,
  ref: Json,
): Map<string, Buffer> | undefined {
  const object = registry.store.get(plural, namespace, ref.name);
  if (!object) {
    if (ref.optional) return undefined;
    throw new ContainerConfigError(
      `${SINGULAR[plural]} "${ref.name}" not found`,
    );
  }
  const read = (
    values: Record<string, string> = {},
    encoding: BufferEncoding = 'base64',
  ) =>
    Object.entries(values).map(([key, value]): [string, Buffer] => [
      key,
      Buffer.from(value, encoding),
    ]);
  return new Map(
    plural === 'secrets'
      ? read(object.data)
      : [...read(object.data, 'utf8'), ...read(object.binaryData)],
  );
}

function fromKey(
  registry: Registry,
  plural: DataPlural,
  namespace: string,
  ref: Json,
): string | undefined {
  const data = dataOf(registry, plural, namespace, ref);
  if (data && !data.has(ref.key) && !ref.optional)
    throw new ContainerConfigError(
      `couldn't find key ${ref.key} in ${
        plural === 'secrets' ? 'Secret' : 'ConfigMap'
      } ${namespace}/${ref.name}`,
    );
  return data?.get(ref.key)?.toString();
}

/** Labels and annotations as a file tells them: a line each. */
function lines(values: Record<string, string> = {}): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** A field of a pod (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/). */
export function fieldText(pod: KubeObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (keyed) return pod.metadata[keyed[1] as 'labels']?.[keyed[2]] ?? '';
  if (path === 'metadata.labels') return lines(pod.metadata.labels);
  if (path === 'metadata.annotations') return lines(pod.metadata.annotations);
  let at: Json = pod;
  for (const element of path.split('.')) at = at?.[element];
  return String(at ?? '');
}

/** What a container asks for or may have at most, in units of the divisor, rounded up. What is not limited may have what its node leaves to pods. */
export function resourceText(
  registry: Registry,
  pod: KubeObject,
  { containerName, resource, divisor = '1' }: Json,
  own?: Json,
): string {
  const container =
    own ??
    pod.spec.containers.find((each: Json) => each.name === containerName);
  const [list, name] = String(resource).split('.');
  const node = registry.store.get('nodes', undefined, pod.spec.nodeName);
  const value =
    container?.resources?.[list]?.[name] ??
    (list === 'limits' ? node?.status?.allocatable?.[name] : 0) ??
    0;
  const unit = parseQuantity(String(divisor)) || 1;
  return String(Math.ceil(parseQuantity(String(value)) / unit));
}

/** Replaces `$(NAME)`; `$$(NAME)` stands for itself. */
export function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (whole, name) => {
    if (whole === '$$') return '$';
    return name in env ? env[name] : whole;
  });
}

/**
 * The environment that a container is given.
 *
 * @throws ContainerConfigError where it names a secret, config map or key that is not there
 */
export function environmentOf(
  registry: Registry,
  pod: KubeObject,
  container: Json,
): Record<string, string> {
  const namespace = pod.metadata.namespace!;
  const env: Record<string, string> = {};
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ??
    []) {
    const data = secretRef
      ? dataOf(registry, 'secrets', namespace, secretRef)
      : dataOf(registry, 'configmaps', namespace, configMapRef);
    for (const [key, value] of data ?? [])
      env[`${prefix}${key}`] = value.toString();
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } =
      valueFrom ?? {};
    if (secretKeyRef || configMapKeyRef) {
      const found = secretKeyRef
        ? fromKey(registry, 'secrets', namespace, secretKeyRef)
        : fromKey(registry, 'configmaps', namespace, configMapKeyRef);
      if (found !== undefined) env[name] = found;
    } else if (fieldRef) env[name] = fieldText(pod, fieldRef.fieldPath);
    else if (resourceFieldRef)
      env[name] = resourceText(
        registry,
        pod,
        resourceFieldRef,
        resourceFieldRef.containerName ? undefined : container,
      );
    else env[name] = expand(value ?? '', env);
  }
  return env;
}
