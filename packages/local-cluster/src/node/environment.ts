/** A container's environment and command, as its pod describes them. */
import type { Registry } from '../registry/Registry';
import type { Json, KubeObject } from '../types';

/** What keeps a container from being made (`CreateContainerConfigError`). */
export class ContainerConfigError extends Error {}

function dataOf(
  registry: Registry,
  plural: 'secrets' | 'configmaps',
  namespace: string,
  ref: Json,
): Record<string, string> | undefined {
  const object = registry.store.get(plural, namespace, ref.name);
  if (!object) {
    if (ref.optional) return undefined;
    throw new ContainerConfigError(
      `${plural === 'secrets' ? 'secret' : 'configmap'} "${
        ref.name
      }" not found`,
    );
  }
  const data = (object.data ?? {}) as Record<string, string>;
  if (plural === 'configmaps') return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
}

function fromKey(
  registry: Registry,
  plural: 'secrets' | 'configmaps',
  namespace: string,
  ref: Json,
): string | undefined {
  const data = dataOf(registry, plural, namespace, ref);
  if (data && !(ref.key in data) && !ref.optional)
    throw new ContainerConfigError(
      `couldn't find key ${ref.key} in ${
        plural === 'secrets' ? 'Secret' : 'ConfigMap'
      } ${namespace}/${ref.name}`,
    );
  return data?.[ref.key];
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
  for (const source of container.envFrom ?? []) {
    const data = source.secretRef
      ? dataOf(registry, 'secrets', namespace, source.secretRef)
      : dataOf(registry, 'configmaps', namespace, source.configMapRef);
    for (const [key, value] of Object.entries(data ?? {}))
      env[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom?.secretKeyRef) {
      const found = fromKey(
        registry,
        'secrets',
        namespace,
        valueFrom.secretKeyRef,
      );
      if (found !== undefined) env[name] = found;
    } else if (valueFrom?.configMapKeyRef) {
      const found = fromKey(
        registry,
        'configmaps',
        namespace,
        valueFrom.configMapKeyRef,
      );
      if (found !== undefined) env[name] = found;
    } else if (valueFrom?.fieldRef)
      env[name] = fromField(pod, valueFrom.fieldRef.fieldPath);
    else env[name] = expand(value ?? '', env);
  }
  return env;
}
