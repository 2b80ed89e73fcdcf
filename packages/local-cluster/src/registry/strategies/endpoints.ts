import { AGE, NAME } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import type { Resource } from '../Resource';

/** As many addresses as a table shows. */
const SHOWN = 3;

function endpointsText({ subsets = [] }: KubeObject): string {
  const all: string[] = subsets.flatMap(
    ({ addresses = [], ports = [] }: Json) =>
      addresses.flatMap(({ ip }: Json) =>
        ports.length ? ports.map(({ port }: Json) => `${ip}:${port}`) : [ip],
      ),
  );
  if (!all.length) return '<none>';
  const more = all.length - SHOWN;
  return `${all.slice(0, SHOWN).join(',')}${
    more > 0 ? ` + ${more} more...` : ''
  }`;
}

export const endpoints: Resource = {
  group: '',
  version: 'v1',
  plural: 'endpoints',
  kind: 'Endpoints',
  namespaced: true,
  shortNames: ['ep'],
  columns: [NAME, { name: 'Endpoints', cell: endpointsText }, AGE],
  warnings: () => [
    'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  ],
};

function listText(values: string[]): string {
  if (!values.length) return '<unset>';
  const more = values.length - SHOWN;
  return `${values.slice(0, SHOWN).join(',')}${
    more > 0 ? ` + ${more} more...` : ''
  }`;
}

export const endpointSlices: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
  generation: true,
  immutable: ['addressType'],
  columns: [
    NAME,
    { name: 'AddressType', cell: ({ addressType }) => addressType },
    {
      name: 'Ports',
      cell: ({ ports }) =>
        listText((ports ?? []).map((each: Json) => String(each.port ?? '*'))),
    },
    {
      name: 'Endpoints',
      cell: ({ endpoints: all }) =>
        listText((all ?? []).flatMap((each: Json) => each.addresses)),
    },
    AGE,
  ],
};
