/** The volumes of a pod, and where the app finds them. */
import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { hasReadOnlyFiles } from '@ai-app-store/backstage-plugin-app-store-common';
import { caMounts, caVolumes } from './certificates';
import {
  CONTENT_VOLUME,
  contentVolume,
  isPreparedInPod,
} from './contentVolume';
import { APP_ROOT, PYTHON_MODES, RESOURCES_PATH } from './environment';
import { fileVolumes } from './files';
import type { InstanceInput } from './InstanceInput';
import { pvcName, TOKEN_AUDIENCE } from './labels';

export function volumesOf(input: InstanceInput): {
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
} {
  const { manifest, runtime } = input;
  const files = fileVolumes(input);
  const volumes: V1Volume[] = [...files.volumes];
  const mounts: V1VolumeMount[] = [...files.mounts];
  const content = contentVolume(input);
  const readOnly = hasReadOnlyFiles(manifest) ? { readOnly: true } : {};
  if (manifest.runtime.mode !== 'container')
    mounts.push({ name: CONTENT_VOLUME, mountPath: APP_ROOT, ...readOnly });
  if (content) volumes.push(content);
  if (isPreparedInPod(input)) {
    volumes.push(
      // A pod that takes more is evicted, and not its neighbours.
      { name: CONTENT_VOLUME, emptyDir: { sizeLimit: input.appDirectorySize } },
      {
        name: 'token',
        projected: {
          sources: [
            {
              serviceAccountToken: {
                audience: TOKEN_AUDIENCE,
                expirationSeconds: 3600,
                path: 'token',
              },
            },
          ],
        },
      },
    );
    if (PYTHON_MODES.has(manifest.runtime.mode)) {
      const sizeLimit =
        manifest.runtime.resourceVolumeSize ?? input.appDirectorySize;
      // What is installed is kept by the store, not by a volume.
      volumes.push({
        name: 'resources',
        emptyDir: { sizeLimit },
      });
      mounts.push({ name: 'resources', mountPath: RESOURCES_PATH });
    }
  }
  if (manifest.runtime.volumeMount) {
    volumes.push({
      name: 'data',
      persistentVolumeClaim: { claimName: pvcName(input.instanceId) },
    });
    mounts.push({ name: 'data', mountPath: manifest.runtime.volumeMount });
  }
  if (manifest.runtime.enableShm) {
    volumes.push({
      name: 'shm',
      emptyDir: { medium: 'Memory', sizeLimit: input.shmSize },
    });
    mounts.push({ name: 'shm', mountPath: '/dev/shm' });
  }
  runtime.ephemeralVolumes.forEach(({ mountPath, ...emptyDir }, index) => {
    // What the app itself wants there goes first.
    if (mounts.some(mount => mount.mountPath.replace(/\/$/, '') === mountPath))
      return;
    const name = `ephemeral-${index}`;
    volumes.push({ name, emptyDir });
    mounts.push({ name, mountPath });
  });
  volumes.push(...caVolumes(input));
  mounts.push(...caMounts(input));
  return { volumes, mounts };
}
