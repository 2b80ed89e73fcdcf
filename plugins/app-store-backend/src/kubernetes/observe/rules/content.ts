/** The node cannot pull the files of the app, which are a volume made of an image. */
import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Case } from '../Case';
import { found, type Finding } from '../Finding';
import { imageFailure, registryOf } from '../words/images';

/** @returns undefined where the image that is missing is the container's own */
export function contentFinding(
  look: Case,
  { image, name, state }: V1ContainerStatus,
): Finding | undefined {
  const { reason = '', message = reason } = state!.waiting!;
  const reference = look.pod?.spec?.volumes
    ?.flatMap(volume => volume.image?.reference ?? [])
    .find(each => image === each || message.includes(each));
  if (!reference) return undefined;
  const { code, why } = imageFailure(reason, message);
  const evidence = [
    { source: look.source(`container ${name}, ${reason}`), message },
  ];
  return code === 'DISK_FULL'
    ? found(evidence, code, "the node has no space left for the app's files")
    : found(
        evidence,
        'CONTENT_UNAVAILABLE',
        registryOf(reference),
        why.replace(/^failed to resolve reference "[^"]*": /, ''),
        code,
      );
}
