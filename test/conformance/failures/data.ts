/** The Secrets and ConfigMaps that the pods of a case name, but for what was missing. */
import type { Json } from '../recording';

function keysOf(
  spec: Json,
  kind: 'secret' | 'configMap',
  name: string,
): string[] {
  const found = new Set<string>();
  for (const container of [
    ...(spec.initContainers ?? []),
    ...spec.containers,
  ]) {
    for (const { valueFrom } of container.env ?? []) {
      const ref = valueFrom?.[`${kind}KeyRef`];
      if (ref?.name === name) found.add(ref.key);
    }
  }
  for (const volume of spec.volumes ?? []) {
    const source = volume[kind];
    if (!source || (source.secretName ?? source.name) !== name) continue;
    for (const { key } of source.items ?? []) found.add(key);
    // What is run out of it is in it.
    for (const { command = [], volumeMounts = [] } of spec.containers)
      for (const mount of volumeMounts)
        if (
          mount.name === volume.name &&
          command[0]?.startsWith(`${mount.mountPath}/`)
        )
          found.add(command[0].slice(mount.mountPath.length + 1));
  }
  return [...found];
}

/** The Secrets and ConfigMaps that a pod names. */
function dataNames(spec: Json, kind: 'secret' | 'configMap'): string[] {
  const found = new Set<string>();
  const lower = kind === 'secret' ? 'secret' : 'configMap';
  for (const container of [
    ...(spec.initContainers ?? []),
    ...spec.containers,
  ]) {
    for (const each of container.envFrom ?? [])
      if (each[`${lower}Ref`]) found.add(each[`${lower}Ref`].name);
    for (const { valueFrom } of container.env ?? [])
      if (valueFrom?.[`${lower}KeyRef`])
        found.add(valueFrom[`${lower}KeyRef`].name);
  }
  for (const volume of spec.volumes ?? [])
    if (volume[lower])
      found.add(volume[lower].secretName ?? volume[lower].name);
  return [...found];
}

export function data(spec: Json, namespace: string, told: string): Json[] {
  return (['secret', 'configMap'] as const).flatMap(kind =>
    dataNames(spec, kind)
      .filter(
        name => !told.includes(`${kind.toLowerCase()} "${name}" not found`),
      )
      .map(name => ({
        apiVersion: 'v1',
        kind: kind === 'secret' ? 'Secret' : 'ConfigMap',
        metadata: { name, namespace },
        [kind === 'secret' ? 'stringData' : 'data']: {
          other: 'value',
          ...Object.fromEntries(
            keysOf(spec, kind, name)
              .filter(key => !new RegExp(`key:? ${key}\\b`).test(told))
              .map(key => [key, 'value']),
          ),
        },
      })),
  );
}

/** Makes what was missing in the recording until a moment. */
export function missingData(
  spec: Json,
  namespace: string,
  told: string,
): Json[] {
  const without = data(spec, namespace, told).map(each => each.metadata.name);
  return data(spec, namespace, '').filter(
    each => !without.includes(each.metadata.name),
  );
}
