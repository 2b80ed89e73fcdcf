/** The volumes of a pod, and where the app finds them. */
import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { caMounts, caVolumes } from './certificates';
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
  if (manifest.runtime.mode !== 'container') {
    volumes.push(
      // A pod that takes more is evicted, and not its neighbours.
      { name: 'app', emptyDir: { sizeLimit: input.appDirectorySize } },
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
    mounts.push({ name: 'app', mountPath: APP_ROOT });
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
