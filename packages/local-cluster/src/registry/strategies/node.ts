import { AGE, NAME } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import type { Resource } from '../Resource';

const ROLE = 'node-role.kubernetes.io/';

function statusOf({ spec, status }: KubeObject): string {
  const ready = (status?.conditions ?? []).find(
    (each: Json) => each.type === 'Ready',
  );
  const words = ready
    ? [ready.status === 'True' ? 'Ready' : 'NotReady']
    : ['Unknown'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function addressOf({ status }: KubeObject, type: string): string {
  return (
    (status?.addresses ?? []).find((each: Json) => each.type === type)
      ?.address ?? '<none>'
  );
}

export const nodes: Resource = {
  group: '',
  version: 'v1',
  plural: 'nodes',
  kind: 'Node',
  namespaced: false,
  shortNames: ['no'],
  status: true,
  fieldLabels: {
    'spec.unschedulable': node => String(Boolean(node.spec?.unschedulable)),
  },
  columns: [
    NAME,
    { name: 'Status', cell: statusOf },
    {
      name: 'Roles',
      cell: ({ metadata }) =>
        Object.keys(metadata.labels ?? {})
          .filter(label => label.startsWith(ROLE))
          .map(label => label.slice(ROLE.length))
          .sort()
          .join(',') || '<none>',
    },
    AGE,
    {
      name: 'Version',
      cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
    },
    ...[
      ['Internal-IP', 'InternalIP'],
      ['External-IP', 'ExternalIP'],
    ].map(([name, type]) => ({
      name,
      priority: 1,
      cell: (node: KubeObject) => addressOf(node, type),
    })),
    ...[
      ['OS-Image', 'osImage'],
      ['Kernel-Version', 'kernelVersion'],
      ['Container-Runtime', 'containerRuntimeVersion'],
    ].map(([name, field]) => ({
      name,
      priority: 1,
      cell: ({ status }: KubeObject) =>
        status?.nodeInfo?.[field] || '<unknown>',
    })),
  ],
  defaults(node) {
    node.spec ??= {};
  },
};
