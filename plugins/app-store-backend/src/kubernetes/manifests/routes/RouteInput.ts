/** What the object of an alias is made of. */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../client/kubeObjects';
import { ALIAS_ANNOTATION, LABELS, WANTED_ANNOTATION } from '../labels';

export interface RouteInput {
  aliasId: string;
  aliasName: string;
  /** The host name that is led to the gateway. */
  host: string;
  /** The instance that the alias leads to, for whoever looks at the cluster. */
  instanceId: string | undefined;
  installation: string;
  /** The gateway's. */
  namespace: string;
  /** The gateway's Service. */
  service: { name: string; port: number };
  /** Whether apps are served with TLS. */
  secure: boolean;
}

/** The name of an alias's object; beside `i-` for instances and `s-` for secrets. */
export function routeName(aliasId: string): string {
  return `a-${aliasId}`;
}

/** The id of the alias that an object of this name is for; undefined for any other name. */
export function aliasOfRoute(name: string): string | undefined {
  return /^a-([0-9a-f-]{36})$/.exec(name)?.[1];
}

/** What Ingress and HTTPRoute have in common. */
export function routeMetadata(
  input: RouteInput,
  annotations: Record<string, string>,
) {
  return {
    name: routeName(input.aliasId),
    namespace: input.namespace,
    labels: {
      'app.kubernetes.io/managed-by': 'ai-app-store',
      [LABELS.installation]: input.installation,
      [LABELS.alias]: input.aliasId,
      ...(input.instanceId ? { [LABELS.instance]: input.instanceId } : {}),
    },
    annotations: { ...annotations, [ALIAS_ANNOTATION]: input.aliasName },
  };
}

/** The object with a digest of itself: one that was made of other settings differs, also where they say less now. */
export function withDigest<T extends KubeObject>(object: T): T {
  const digest = createHash('sha256').update(JSON.stringify(object));
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata?.annotations,
        [WANTED_ANNOTATION]: digest.digest('hex').slice(0, 16),
      },
    },
  };
}
