/**
 * The content of an app as a volume that the node pulls and keeps: nothing is fetched in the pod then, and no
 * init container is needed where nothing is to be installed, either.
 * https://kubernetes.io/docs/concepts/storage/volumes/#image
 */
import type { V1Volume } from '@kubernetes/client-node';
import { hasReadOnlyFiles } from '@ai-app-store/backstage-plugin-app-store-common';
import type { InstanceInput } from './InstanceInput';

export const CONTENT_VOLUME = 'app';

/**
 * The volume; undefined where an init container has to fetch the content: the app changes it, dependencies are
 * installed beside it, or the nodes of the cluster do not pull it.
 */
export function contentVolume({
  contentImage,
  manifest,
}: InstanceInput): V1Volume | undefined {
  if (
    !contentImage ||
    manifest.hasDependencies !== false ||
    !hasReadOnlyFiles(manifest)
  )
    return undefined;
  return {
    name: CONTENT_VOLUME,
    // Named by its digest: what is there is it.
    image: { reference: contentImage, pullPolicy: 'IfNotPresent' },
  };
}

/** Whether a container fetches the content, and installs what it depends on. */
export function isPreparedInPod(input: InstanceInput): boolean {
  return input.manifest.runtime.mode !== 'container' && !contentVolume(input);
}
