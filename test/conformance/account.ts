/** The service account that sent a group's requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { accountOf, grantOf, pathsOf, rulesOf } from './identities';
import type { Exchange, Json } from './recording';
import { PATIENCE_MS, PAUSE_MS, type Stage } from './Stage';

/** Makes it, with what it may. @returns its token; undefined where the group has none */
export async function makeAccount(
  stage: Stage,
  group: Exchange[],
): Promise<string | undefined> {
  const account = accountOf(group);
  if (!account) return undefined;
  const { namespace, name } = account;
  const base = `/api/v1/namespaces/${namespace}`;
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const { binding, role } = grantOf(group);
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  await stage.admin('POST', '/api/v1/namespaces', {
    metadata: { name: namespace },
  });
  await stage.admin('POST', `${base}/serviceaccounts`, { metadata: { name } });
  await grant(stage, `${rbac}/namespaces/${namespace}`, 'Role', {
    role,
    binding,
    subjects,
    rules: rulesOf(group),
  });
  const paths = pathsOf(group);
  // By its name it stands where the recording has it among the roles of all.
  if (paths.length)
    await grant(stage, rbac, 'ClusterRole', {
      role: 'system:recorded',
      binding: 'system:recorded',
      subjects,
      rules: paths,
    });
  return tokenOf(stage, base, name);
}

async function grant(
  stage: Stage,
  root: string,
  kind: 'Role' | 'ClusterRole',
  given: { role: string; binding: string; subjects: Json[]; rules: Json[] },
): Promise<void> {
  const plural = `${kind.toLowerCase()}s`;
  await stage.admin('POST', `${root}/${plural}`, {
    metadata: { name: given.role },
    rules: given.rules,
  });
  await stage.admin('POST', `${root}/${kind.toLowerCase()}bindings`, {
    metadata: { name: given.binding },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind,
      name: given.role,
    },
    subjects: given.subjects,
  });
}

/** A token out of a Secret, as the recorder had one. */
async function tokenOf(
  stage: Stage,
  base: string,
  name: string,
): Promise<string> {
  await stage.admin('POST', `${base}/secrets`, {
    metadata: {
      name: `recorded-${name}`,
      annotations: { 'kubernetes.io/service-account.name': name },
    },
    type: 'kubernetes.io/service-account-token',
  });
  const end = Date.now() + PATIENCE_MS.slow;
  for (;;) {
    const { body } = await stage.admin(
      'GET',
      `${base}/secrets/recorded-${name}`,
    );
    if (body.data?.token)
      return Buffer.from(body.data.token, 'base64').toString();
    if (Date.now() > end) throw new Error(`no token for ${name}`);
    await sleep(PAUSE_MS);
  }
}
