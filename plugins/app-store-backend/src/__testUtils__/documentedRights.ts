/** A service account of a cluster with the rights that `docs/operate.md` names, and no others. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LocalCluster } from '@ai-app-store/local-cluster';
import {
  CoreV1Api,
  KubeConfig,
  RbacAuthorizationV1Api,
  type V1PolicyRule,
} from '@kubernetes/client-node';

const DOCUMENT = resolve(__dirname, '../../../../docs/operate.md');
const NAMESPACE = 'app-store';
const NAME = 'app-store';
const SUBJECTS = [{ kind: 'ServiceAccount', namespace: NAMESPACE, name: NAME }];

/** What stands in backticks. */
const quoted = (cell: string) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);

/** The rows of the table under "Rights in the cluster". */
export function documentedRules(): {
  namespaced: V1PolicyRule[];
  clusterWide: V1PolicyRule[];
} {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [, table] = /## Rights in the cluster\n[^]*?\n\n(\|[^]*?)\n\n/.exec(
    text,
  )!;
  const rows = table
    .split('\n')
    .slice(2)
    .map(row => {
      const [, group, resources, verbs] = row
        .split('|')
        .map(each => each.trim());
      return {
        isClusterWide: group.includes('cluster-wide'),
        rule: {
          apiGroups: group === 'core' ? [''] : quoted(group),
          resources: quoted(resources),
          verbs: verbs.split(', '),
        },
      };
    });
  const rules = (isClusterWide: boolean) =>
    rows
      .filter(row => row.isClusterWide === isClusterWide)
      .map(row => row.rule);
  return { namespaced: rules(false), clusterWide: rules(true) };
}

/** Makes the service account, and what a store connects with as it. */
export async function withDocumentedRights(
  cluster: LocalCluster,
): Promise<KubeConfig> {
  const admin = new KubeConfig();
  admin.loadFromString(cluster.kubeconfig);
  const core = admin.makeApiClient(CoreV1Api);
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const metadata = { name: NAME };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', name: NAME };
  const { namespaced, clusterWide } = documentedRules();
  const namespace = NAMESPACE;
  // Another store of the same test may have made them.
  const existing = await core.listNamespace();
  if (!existing.items.some(each => each.metadata?.name === namespace)) {
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    await core.createNamespacedServiceAccount({
      namespace,
      body: { metadata },
    });
    await rbac.createNamespacedRole({
      namespace,
      body: { metadata, rules: namespaced },
    });
    await rbac.createClusterRole({ body: { metadata, rules: clusterWide } });
    await rbac.createNamespacedRoleBinding({
      namespace,
      body: {
        metadata,
        roleRef: { ...roleRef, kind: 'Role' },
        subjects: SUBJECTS,
      },
    });
    await rbac.createClusterRoleBinding({
      body: {
        metadata,
        roleRef: { ...roleRef, kind: 'ClusterRole' },
        subjects: SUBJECTS,
      },
    });
  }
  const { status } = await core.createNamespacedServiceAccountToken({
    namespace,
    name: NAME,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(admin.getCurrentCluster()!, {
    name: NAME,
    token: status!.token,
  });
  return kubeConfig;
}
