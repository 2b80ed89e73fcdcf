/** The cluster's rules for pods do not admit the instance's. */
import type { Cause } from './Cause';

export const ADMISSION_CAUSES = {
  QUOTA_EXCEEDED: {
    owner: 'admin',
    status: 'FAILED',
    message: (quota: string, used: string) =>
      `The quota "${quota}" of the namespace does not leave enough (${used}).`,
    remedy:
      'Suspend or terminate instances that are no longer needed, or ask an admin to raise the quota. The instance then starts automatically.',
  },
  QUOTA_NEEDS_LIMITS: {
    owner: 'admin',
    status: 'FAILED',
    message: (quota: string, missing: string) =>
      `The quota "${quota}" of the namespace demands values that the app does not set: ${missing}.`,
    remedy:
      'An admin must set default requests and limits (appStore.defaults, or a LimitRange of the namespace), and redeploy the instance.',
  },
  LIMIT_RANGE: {
    owner: 'admin',
    status: 'FAILED',
    message: (rule: string) =>
      `A LimitRange of the namespace does not allow what the app asks for: ${rule}.`,
    remedy:
      'Choose another launch profile, or ask an admin to change the LimitRange of the namespace.',
  },
  POD_SECURITY: {
    owner: 'admin',
    status: 'FAILED',
    message: (level: string, broken: string) =>
      level === 'of OpenShift'
        ? `OpenShift does not allow the pod: ${broken}.`
        : `The pod security level ${level} of the namespace does not allow the pod: ${broken}.`,
    remedy: (level: string) =>
      level === 'of OpenShift'
        ? 'An admin must let the service account of the apps use an SCC that allows its user, such as nonroot-v2 (oc adm policy add-scc-to-user).'
        : 'An admin must change the pod security level of the namespace, or the settings of the runtime version.',
  },
  ACCOUNT_MISSING: {
    owner: 'admin',
    status: 'FAILED',
    message: () =>
      'The service account with which the app has to run does not exist.',
    remedy:
      'An admin must create the service account, or choose another one for the app. The instance then starts automatically.',
  },
  PRIORITY_MISSING: {
    owner: 'admin',
    status: 'FAILED',
    message: (name: string) =>
      `The priority class ${name} of the app does not exist in the cluster.`,
    remedy:
      'An admin must create the priority class, or change the launch profile. The instance then starts automatically.',
  },
  ISOLATION_MISSING: {
    owner: 'admin',
    status: 'FAILED',
    message: (name: string) =>
      `The runtime class ${name}, which isolates the app, does not exist in the cluster.`,
    remedy:
      'An admin must install the runtime class, or change the launch profile. The instance then starts automatically.',
  },
  WEBHOOK_UNREACHABLE: {
    owner: 'admin',
    status: 'FAILED',
    message: (webhook: string, isUntrusted?: boolean) =>
      `The admission webhook ${webhook} of the cluster ${
        isUntrusted
          ? 'has a certificate that the API server does not trust'
          : 'does not answer'
      }, so nothing can be started.`,
    remedy:
      'An admin must repair or remove the webhook. The instance then starts automatically.',
  },
  POLICY_DENIED: {
    owner: 'admin',
    status: 'FAILED',
    message: (policy: string, reason: string) =>
      `The policy ${policy} of the cluster does not allow the app: ${reason}`,
    remedy:
      'Ask an admin what the policy demands. The app or the policy must change.',
  },
} satisfies Record<string, Cause>;
