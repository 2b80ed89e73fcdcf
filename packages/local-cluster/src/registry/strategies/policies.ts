/** What narrows others: disruption budgets, quotas, limit ranges, network policies. */
import { AGE, NAME } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import { bad, required } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';
import { canonicalQuantity } from './quantity';
import { labelSelectorText } from './workload';

export const podDisruptionBudgets: Resource = {
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
  shortNames: ['pdb'],
  status: true,
  generation: true,
  columns: [
    NAME,
    {
      name: 'Min Available',
      cell: ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      cell: ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      cell: ({ status }) => status?.disruptionsAllowed ?? 0,
    },
    AGE,
  ],
  prepareForCreate(budget) {
    budget.status = {
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
    };
  },
  validate: ({ spec = {} }) =>
    spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [
          bad(
            'spec',
            spec,
            'minAvailable and maxUnavailable cannot be both set',
          ),
        ]
      : [],
};

function quantities(status: Json): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .sort()
    .filter(name => !name.startsWith('limits.'))
    .map(name => `${name}: ${used[name] ?? 0}/${hard[name]}`)
    .join(', ');
}

function limits(status: Json): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .sort()
    .filter(name => name.startsWith('limits.'))
    .map(name => `${name}: ${used[name] ?? 0}/${hard[name]}`)
    .join(', ');
}

export const resourceQuotas: Resource = {
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  kind: 'ResourceQuota',
  namespaced: true,
  shortNames: ['quota'],
  status: true,
  returnsDeleted: true,
  columns: [
    NAME,
    { name: 'Request', cell: ({ status }) => quantities(status) },
    { name: 'Limit', cell: ({ status }) => limits(status) },
    AGE,
  ],
  defaults(quota) {
    const { hard } = quota.spec ?? {};
    for (const [name, quantity] of Object.entries<Json>(hard ?? {}))
      hard[name] = canonicalQuantity(quantity);
  },
  prepareForCreate(quota) {
    quota.status = {};
  },
};

export const limitRanges: Resource = {
  group: '',
  version: 'v1',
  plural: 'limitranges',
  kind: 'LimitRange',
  namespaced: true,
  shortNames: ['limits'],
  columns: [
    NAME,
    {
      name: 'Created At',
      cell: ({ metadata }: KubeObject) => metadata.creationTimestamp,
    },
  ],
  defaults(range) {
    for (const item of range.spec?.limits ?? []) {
      for (const field of [
        'max',
        'min',
        'default',
        'defaultRequest',
        'maxLimitRequestRatio',
      ])
        for (const [name, quantity] of Object.entries<Json>(item[field] ?? {}))
          item[field][name] = canonicalQuantity(quantity);
      if (item.type !== 'Container') continue;
      // The default limit is the most that is allowed, the default request the default limit.
      item.default = { ...item.max, ...item.default };
      item.defaultRequest = {
        ...item.default,
        ...item.min,
        ...item.defaultRequest,
      };
      if (!Object.keys(item.default).length) delete item.default;
      if (!Object.keys(item.defaultRequest).length) delete item.defaultRequest;
    }
  },
  validate: ({ spec }) => (spec?.limits ? [] : [required('spec.limits')]),
};

export const networkPolicies: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
  shortNames: ['netpol'],
  generation: true,
  columns: [
    NAME,
    {
      name: 'Pod-Selector',
      cell: ({ spec }) => labelSelectorText(spec?.podSelector),
    },
    AGE,
  ],
  defaults(policy) {
    const { spec } = policy;
    if (!spec) return;
    fill(spec, {
      policyTypes: ['Ingress', ...(spec.egress ? ['Egress'] : [])],
    });
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      for (const port of rule.ports ?? []) fill(port, { protocol: 'TCP' });
  },
};
