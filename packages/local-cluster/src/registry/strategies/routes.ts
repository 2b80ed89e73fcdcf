/** What leads requests from outside to a Service: Ingress, and HTTPRoute as if the Gateway API's CRD were installed. Nothing here routes. */
import { AGE, NAME } from '../../table/table';
import type { Json } from '../../types';
import { bad, required, type Cause } from '../causes';
import { subdomainFaults } from '../objectMeta';
import type { Resource } from '../Resource';
import { fill } from './fill';

const IP = /^\d{1,3}(\.\d{1,3}){3}$|:/;

/** A host name, which may begin with `*.` (kubernetes: `pkg/apis/networking/validation`). */
function hostFaults(at: string, host: Json): Cause[] {
  if (IP.test(host))
    return [bad(at, host, 'must be a DNS name, not an IP address')];
  return subdomainFaults(host.replace(/^\*\./, '')).map(why =>
    bad(at, host, why),
  );
}

function backendFaults(at: string, backend: Json): Cause[] {
  const { service, resource } = backend ?? {};
  if (!service && !resource)
    return [required(at, 'port name or number is required')];
  if (!service) return [];
  if (!service.name) return [required(`${at}.service.name`)];
  const { name, number } = service.port ?? {};
  return Boolean(name) === Boolean(number)
    ? [required(at, 'port name or number is required')]
    : [];
}

function pathFaults(at: string, path: Json): Cause[] {
  const faults: Cause[] = [];
  if (!path.pathType)
    faults.push(required(`${at}.pathType`, 'pathType must be specified'));
  else if (
    path.pathType !== 'ImplementationSpecific' &&
    !path.path?.startsWith('/')
  )
    faults.push(bad(`${at}.path`, path.path ?? '', 'must be an absolute path'));
  return [...faults, ...backendFaults(`${at}.backend`, path.backend)];
}

const hostsOf = (rules: Json[] = []) =>
  rules.map(({ host }) => host || '*').join(',') || '*';

export const ingresses: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
  shortNames: ['ing'],
  status: true,
  generation: true,
  columns: [
    NAME,
    {
      name: 'Class',
      cell: ({ spec }) => spec?.ingressClassName ?? '<none>',
    },
    { name: 'Hosts', cell: ({ spec }) => hostsOf(spec?.rules) },
    {
      name: 'Address',
      cell: ({ status }) =>
        (status?.loadBalancer?.ingress ?? [])
          .map(({ ip, hostname }: Json) => ip ?? hostname)
          .join(','),
    },
    { name: 'Ports', cell: ({ spec }) => (spec?.tls ? '80, 443' : '80') },
    AGE,
  ],
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  validate({ spec = {} }) {
    const { rules = [], tls = [], defaultBackend } = spec;
    if (!rules.length && !defaultBackend)
      return [
        bad(
          'spec',
          spec.rules ?? [],
          'either `defaultBackend` or `rules` must be specified',
        ),
      ];
    return [
      ...tls.flatMap(({ hosts = [] }: Json, i: number) =>
        hosts.flatMap((host: string, j: number) =>
          hostFaults(`spec.tls[${i}].hosts[${j}]`, host),
        ),
      ),
      ...rules.flatMap(({ host, http }: Json, i: number) => [
        ...(host ? hostFaults(`spec.rules[${i}].host`, host) : []),
        ...(http?.paths ?? []).flatMap((path: Json, j: number) =>
          pathFaults(`spec.rules[${i}].http.paths[${j}]`, path),
        ),
      ]),
    ];
  },
};

/** https://gateway-api.sigs.k8s.io/reference/spec/#httproute, its defaults and what is required. */
export const httpRoutes: Resource = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  plural: 'httproutes',
  kind: 'HTTPRoute',
  namespaced: true,
  status: true,
  generation: true,
  categories: ['gateway-api'],
  columns: [
    NAME,
    {
      name: 'Hostnames',
      cell: ({ spec }) =>
        spec?.hostnames ? JSON.stringify(spec.hostnames) : '',
    },
    AGE,
  ],
  defaults({ spec }) {
    for (const parent of spec?.parentRefs ?? [])
      fill(parent, { group: 'gateway.networking.k8s.io', kind: 'Gateway' });
    for (const rule of spec?.rules ?? []) {
      rule.matches ??= [{ path: { type: 'PathPrefix', value: '/' } }];
      for (const backend of rule.backendRefs ?? [])
        fill(backend, { group: '', kind: 'Service', weight: 1 });
    }
  },
  validate({ spec }) {
    if (!spec) return [required('spec')];
    return [
      ...(spec.hostnames ?? []).flatMap((host: string, i: number) =>
        hostFaults(`spec.hostnames[${i}]`, host),
      ),
      ...(spec.parentRefs ?? []).flatMap(({ name }: Json, i: number) =>
        name ? [] : [required(`spec.parentRefs[${i}].name`)],
      ),
      ...(spec.rules ?? []).flatMap(({ backendRefs = [] }: Json, i: number) =>
        backendRefs.flatMap(({ name, kind, port }: Json, j: number) => {
          const at = `spec.rules[${i}].backendRefs[${j}]`;
          if (!name) return [required(`${at}.name`)];
          return kind === 'Service' && !port
            ? [bad(at, { name }, 'Must have port for Service reference')]
            : [];
        }),
      ),
    ];
  },
};
