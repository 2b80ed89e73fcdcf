/** What an instance's objects say of it, so that its row can be made again after a backup was restored. */
import type { InstanceInput } from './InstanceInput';
import { INSTANCE_ANNOTATION } from './labels';

/**
 * @param more - of a workload its parameters, too: a kept volume needs none
 */
export function recordAnnotation(
  { appId, ownerRef, launchProfile, secretsOf }: InstanceInput,
  more: object = {},
): Record<string, string> {
  return {
    [INSTANCE_ANNOTATION]: JSON.stringify({
      appId,
      ownerRef,
      launchProfile,
      secretsOf,
      ...more,
    }),
  };
}
