/** What is said of an instance whose objects the cluster refused. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import { KubeError } from '../kubernetes/client/KubeApi';

/** 422: the objects themselves are not valid. */
export function isInvalid(error: Error): boolean {
  return error instanceof KubeError && error.code === 422;
}

export function clusterProblem(error: Error): Problem {
  // What an admin configured and Kubernetes does not take.
  if (
    isInvalid(error) &&
    /NetworkPolicy|ephemeral-\d|nodeSelector|tolerations|affinity/.test(
      error.message,
    )
  )
    return {
      code: 'CLUSTER_REFUSED',
      message: `The cluster rejects the configuration of the store: ${error.message}`,
      owner: 'admin',
      remedy:
        'An admin must correct appStore.kubernetes, the runtime version or the launch profile, and redeploy the instance.',
    };
  if (isInvalid(error))
    return {
      code: 'CLUSTER_REFUSED',
      message: `The cluster rejects what the app asks for: ${error.message}`,
      owner: 'author',
      remedy:
        "The app's author must correct app.toml and publish a new version.",
    };
  return {
    code: 'CLUSTER_REFUSED',
    message: `The cluster did not accept the instance: ${error.message}`,
    owner: 'admin',
    remedy:
      'The store tries again automatically. An admin must check the quota and the policies of the namespace, and that the store can reach it.',
  };
}
