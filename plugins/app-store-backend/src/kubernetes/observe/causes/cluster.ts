/** The cluster cannot be read, or does not take what the store asks for. */
import type { Cause } from './Cause';

export const CLUSTER_CAUSES = {
  CLUSTER_UNREADABLE: {
    owner: 'admin',
    status: 'UNKNOWN',
    message: (since?: string) =>
      `The cluster does not answer${
        since ? `, since ${since}` : ''
      }, so the state of the instance is unknown. If it was running, it continues to run.`,
    remedy:
      'Its state is shown again when the cluster answers. An admin must check the Kubernetes API.',
  },
  NODE_LOST: {
    owner: 'platform',
    status: 'UNKNOWN',
    message: () =>
      'The node of the instance does not answer, so the state of the instance is unknown.',
    remedy:
      'After some minutes the cluster starts it on another node, or shows its state again. An admin must check the nodes.',
  },
  CLUSTER_FORBIDDEN: {
    owner: 'admin',
    status: 'FAILED',
    message: (what: string) =>
      `The cluster does not allow the store to ${what}.`,
    remedy:
      'An admin must give the store the permissions that the operator guide lists. The store then goes on automatically.',
  },
  CLUSTER_UNAUTHORIZED: {
    owner: 'admin',
    status: 'FAILED',
    message: () => 'The cluster does not accept the credentials of the store.',
    remedy:
      'An admin must renew the credentials of the store. The store then goes on automatically.',
  },
  NAMESPACE_MISSING: {
    owner: 'admin',
    status: 'FAILED',
    message: (namespace: string) =>
      `The namespace ${namespace}, where instances run, does not exist.`,
    remedy:
      'An admin must create the namespace, or correct appStore.kubernetes.namespace. The store then goes on automatically.',
  },
  NAMESPACE_TERMINATING: {
    owner: 'admin',
    status: 'FAILED',
    message: (namespace: string) =>
      `The namespace ${namespace}, where instances run, is being deleted.`,
    remedy:
      'An admin must create the namespace again when it is gone. The store then goes on automatically.',
  },
  /** It was told to end, and does not. */
  POD_STUCK: {
    owner: 'admin',
    status: 'PENDING',
    message: (why: string) => `The pod of the instance does not end: ${why}.`,
    remedy:
      'The store waits until it is gone. An admin can check the node, or delete the pod by force.',
  },
  NOT_OURS: {
    owner: 'admin',
    status: 'FAILED',
    message: (kind: string, name: string, owner?: string) =>
      `The ${kind} ${name} in the cluster is not ours: it belongs to ${
        owner ?? 'somebody else'
      }.`,
    remedy:
      'An admin must rename or delete that object. The store then goes on automatically.',
  },
  REQUEST_INVALID: {
    owner: 'author',
    status: 'FAILED',
    message: (reason: string) =>
      `The cluster rejects what the app asks for: ${reason}`,
    remedy: "The app's author must correct app.toml and publish a new version.",
  },
  CONFIGURATION_INVALID: {
    owner: 'admin',
    status: 'FAILED',
    message: (reason: string) =>
      `The cluster rejects the configuration of the store: ${reason}`,
    remedy:
      'An admin must correct appStore.kubernetes, the runtime version or the launch profile, and redeploy the instance.',
  },
  CLUSTER_FAILED: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string) => `The Kubernetes API fails: ${reason}`,
    remedy:
      'The store tries again automatically. If the problem continues, an admin must check the Kubernetes API.',
  },
  CLUSTER_BUSY: {
    owner: 'platform',
    status: 'PENDING',
    message: (why?: 'changed') =>
      why === 'changed'
        ? 'Somebody changed an object of the instance at the same time.'
        : 'The Kubernetes API is overloaded and told the store to wait.',
    remedy: 'The store tries again automatically.',
  },
  CLUSTER_REFUSED: {
    owner: 'admin',
    status: 'PENDING',
    message: (reason: string, _isResize?: boolean) =>
      `The cluster did not accept the instance: ${reason}.`,
    remedy: (_reason: string, isResize?: boolean) =>
      isResize
        ? 'The volume keeps its size. An admin must choose a storage class with allowVolumeExpansion, or the author the former size.'
        : 'The store tries again automatically. An admin must check the quota and the policies of the namespace, and what the message says.',
  },
} satisfies Record<string, Cause>;
