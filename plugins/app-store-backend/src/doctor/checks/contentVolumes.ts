/** The cluster mounts the content of apps, where an admin named a registry for it. */
import type { ContentVolumes } from '../../kubernetes/ContentVolumes';
import type { Check } from '../Check';

export function contentVolumesCheck(
  volumes: Pick<ContentVolumes, 'look'>,
): Check {
  return {
    id: 'content-volumes',
    asksCluster: true,
    title: 'The cluster takes volumes made of images',
    async look() {
      const { accepted, message } = await volumes.look();
      if (accepted)
        return {
          state: 'OK',
          message:
            'The API server takes them: apps that only read their files start without an init container. Whether the nodes can mount them shows at the first launch.',
        };
      return {
        state: 'WARNING',
        message:
          'It does not: each start of an app fetches its files with an init container.',
        remedy:
          'Use Kubernetes 1.35 or newer, or turn on the feature gate ImageVolume. Or remove appStore.kubernetes.contentRegistry.',
        evidence: message ? [{ source: 'Kubernetes API', message }] : [],
      };
    },
  };
}
