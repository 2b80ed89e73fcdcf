/** `[[File]]` entries of app.toml as volumes and a ConfigMap. */
import type {
  V1ConfigMap,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import { APP_ROOT } from './environment';
import type { InstanceInput } from './InstanceInput';
import { filesName, secretObjectName } from './labels';
import { labelsOf } from './metadata';

/** `[[File]]` entries: each in a directory of its own, from a secret or from the instance's ConfigMap. */
export function fileVolumes(input: InstanceInput): {
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
  literals: Record<string, string>;
} {
  const volumes: V1Volume[] = [];
  const mounts: V1VolumeMount[] = [];
  const literals: Record<string, string> = {};
  input.manifest.files.forEach((file, index) => {
    const absolute = file.path.startsWith('/')
      ? file.path
      : `${APP_ROOT}/${file.path}`;
    const at = absolute.lastIndexOf('/');
    const fileName = absolute.slice(at + 1);
    const name = `file-${index}`;
    if (file.secret) {
      const id = input.secretIds[file.secret];
      if (!id && file.optional) return;
      volumes.push({
        name,
        secret: {
          secretName: secretObjectName(id ?? file.secret),
          items: [{ key: file.secretKey!, path: fileName }],
          ...(file.optional ? { optional: true } : {}),
        },
      });
    } else {
      literals[name] = file.value ?? '';
      volumes.push({
        name,
        configMap: {
          name: filesName(input.instanceId),
          items: [{ key: name, path: fileName }],
        },
      });
    }
    mounts.push({ name, mountPath: absolute.slice(0, at), readOnly: true });
  });
  return { volumes, mounts, literals };
}

/** The literals of `[[File]]`; undefined where there are none. */
export function filesConfigMap(input: InstanceInput): V1ConfigMap | undefined {
  const { literals } = fileVolumes(input);
  if (!Object.keys(literals).length) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: filesName(input.instanceId),
      namespace: input.namespace,
      labels: labelsOf(input),
    },
    data: literals,
  };
}
