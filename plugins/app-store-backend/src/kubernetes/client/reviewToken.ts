import type { V1TokenReview } from '@kubernetes/client-node';
import { TOKEN_AUDIENCE } from '../manifests/labels';
import type { KubeApi } from './KubeApi';

/** The pod behind a token that a pod of this cluster was given for the store; undefined where it is none. */
export async function reviewToken(
  api: KubeApi,
  token: string,
): Promise<{ name: string; uid: string } | undefined> {
  const review = await api.json<V1TokenReview>(
    '/apis/authentication.k8s.io/v1/tokenreviews',
    {
      method: 'POST',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences: [TOKEN_AUDIENCE] },
      },
    },
  );
  const { authenticated, audiences, user } = review.status ?? {};
  if (!authenticated || !audiences?.includes(TOKEN_AUDIENCE)) return undefined;
  const extra = (user?.extra ?? {}) as Record<string, string[]>;
  const [name] = extra['authentication.kubernetes.io/pod-name'] ?? [];
  const [uid] = extra['authentication.kubernetes.io/pod-uid'] ?? [];
  return name && uid ? { name, uid } : undefined;
}
