/** A container's environment and command, as its pod describes them. */
import type { Registry } from '../registry/Registry';
import type { Json, KubeObject } from '../types';

/** What keeps a container from being made (`CreateContainerConfigError`). */
export class ContainerConfigError extends Error {}

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
  const encoding = plural === 'secrets' ? 'base64' : 'utf8';
  return new Map(
    Object.entries((object.data ?? {}) as Record<string, string>).map(
      ([key, value]) => [key, Buffer.from(value, encoding)],
    ),
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

function fromField(pod: KubeObject, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (keyed) return pod.metadata[keyed[1] as 'labels']?.[keyed[2]] ?? '';
  let at: Json = pod;
  for (const element of path.split('.')) at = at?.[element];
  return String(at ?? '');
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
    const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom ?? {};
    if (secretKeyRef || configMapKeyRef) {
      const found = secretKeyRef
        ? fromKey(registry, 'secrets', namespace, secretKeyRef)
        : fromKey(registry, 'configmaps', namespace, configMapKeyRef);
      if (found !== undefined) env[name] = found;
    } else if (fieldRef) env[name] = fromField(pod, fieldRef.fieldPath);
    else env[name] = expand(value ?? '', env);
  }
  return env;
}
