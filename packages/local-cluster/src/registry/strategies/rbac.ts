/** Roles and bindings of them. */
import { AGE, NAME, type Column } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import { bad, notSupported, required, type Cause } from '../causes';
import type { Resource } from '../Resource';

const common = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  nameForm: 'path' as const,
};

const CREATED: Column = {
  name: 'Created At',
  type: 'string',
  cell: ({ metadata }) => metadata.creationTimestamp,
};

function ruleCauses(role: KubeObject, isCluster: boolean): Cause[] {
  return (role.rules ?? []).flatMap((rule: Json, index: number) => {
    const at = `rules[${index}]`;
    const causes: Cause[] = [];
    if (!rule.verbs?.length)
      causes.push(
        required(`${at}.verbs`, 'verbs must contain at least one value'),
      );
    if (rule.nonResourceURLs?.length) {
      if (!isCluster)
        causes.push(
          bad(
            `${at}.nonResourceURLs`,
            rule.nonResourceURLs,
            'namespaced rules cannot apply to non-resource URLs',
          ),
        );
      return causes;
    }
    if (!rule.apiGroups?.length)
      causes.push(
        required(
          `${at}.apiGroups`,
          'resource rules must supply at least one api group',
        ),
      );
    if (!rule.resources?.length)
      causes.push(
        required(
          `${at}.resources`,
          'resource rules must supply at least one resource',
        ),
      );
    return causes;
  });
}

const KINDS = ['ServiceAccount', 'User', 'Group'];

function bindingCauses(binding: KubeObject, isCluster: boolean): Cause[] {
  const { roleRef = {}, subjects = [] } = binding;
  const causes: Cause[] = [];
  const kinds = isCluster ? ['ClusterRole'] : ['ClusterRole', 'Role'];
  if (!kinds.includes(roleRef.kind))
    causes.push(notSupported('roleRef.kind', roleRef.kind ?? '', kinds));
  if (!roleRef.name) causes.push(required('roleRef.name'));
  subjects.forEach((subject: Json, index: number) => {
    const at = `subjects[${index}]`;
    if (!subject.name) causes.push(required(`${at}.name`));
    if (!KINDS.includes(subject.kind))
      causes.push(notSupported(`${at}.kind`, subject.kind ?? '', KINDS));
    if (subject.kind === 'ServiceAccount' && isCluster && !subject.namespace)
      causes.push(required(`${at}.namespace`));
  });
  return causes;
}

function subjectsOf(kind: string): Column {
  const names: Record<string, string> = {
    User: 'Users',
    Group: 'Groups',
    ServiceAccount: 'ServiceAccounts',
  };
  return {
    name: names[kind],
    priority: 1,
    cell: ({ subjects = [] }) =>
      subjects
        .filter((each: Json) => each.kind === kind)
        .map((each: Json) =>
          kind === 'ServiceAccount'
            ? `${each.namespace}/${each.name}`
            : each.name,
        )
        .join(', '),
  };
}

function bindingDefaults(binding: KubeObject): void {
  if (binding.roleRef && !binding.roleRef.apiGroup)
    binding.roleRef.apiGroup = common.group;
  for (const subject of binding.subjects ?? [])
    if (subject.kind !== 'ServiceAccount' && !subject.apiGroup)
      subject.apiGroup = common.group;
}

const BINDING_COLUMNS: Column[] = [
  NAME,
  { name: 'Role', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  AGE,
  subjectsOf('User'),
  subjectsOf('Group'),
  subjectsOf('ServiceAccount'),
];

export const rbac: Resource[] = [
  {
    ...common,
    plural: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    namespaced: false,
    immutable: ['roleRef'],
    columns: BINDING_COLUMNS,
    defaults: bindingDefaults,
    validate: binding => bindingCauses(binding, true),
  },
  {
    ...common,
    plural: 'clusterroles',
    kind: 'ClusterRole',
    namespaced: false,
    columns: [NAME, CREATED],
    validate: role => ruleCauses(role, true),
  },
  {
    ...common,
    plural: 'rolebindings',
    kind: 'RoleBinding',
    namespaced: true,
    immutable: ['roleRef'],
    columns: BINDING_COLUMNS,
    defaults: bindingDefaults,
    validate: binding => bindingCauses(binding, false),
  },
  {
    ...common,
    plural: 'roles',
    kind: 'Role',
    namespaced: true,
    columns: [NAME, CREATED],
    validate: role => ruleCauses(role, false),
  },
];
