/** What every container may not do, so that restricted pod security admits it. */
import type { V1SecurityContext } from '@kubernetes/client-node';

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
export function securityContext(): V1SecurityContext {
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}
