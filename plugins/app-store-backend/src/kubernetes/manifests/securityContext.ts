/** What pods and containers may not do, so that restricted pod security admits them. */
import type {
  V1PodSecurityContext,
  V1SecurityContext,
} from '@kubernetes/client-node';

const USER_ID = 1000;

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
export function securityContext(): V1SecurityContext {
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}

export function podSecurityContext(): V1PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: USER_ID,
    fsGroup: USER_ID,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}
