/** Services: the server gives each one an address, which an update may leave out. */
import { required } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';

export const services: Resource = {
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
  shortNames: ['svc'],
  status: true,
  nameIsLabel: true,
  immutable: ['spec.clusterIP'],

  defaults(service) {
    const { spec } = service;
    if (!spec) return;
    fill(spec, {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    for (const port of spec.ports ?? [])
      fill(port, { protocol: 'TCP', targetPort: port.port });
    service.status ??= { loadBalancer: {} };
  },

  validate: ({ spec }) =>
    spec?.ports?.length || spec?.clusterIP === 'None'
      ? []
      : [required('spec.ports')],

  prepareForCreate({ spec }, addresses) {
    if (spec.clusterIP === 'None' || spec.type === 'ExternalName') return;
    if (spec.clusterIP) addresses.reserve(spec.clusterIP);
    else spec.clusterIP = addresses.service();
    spec.clusterIPs = [spec.clusterIP];
  },

  prepareForUpdate(before, after) {
    if (after.spec.clusterIP) return;
    const { clusterIP, clusterIPs } = before.spec;
    after.spec = { ...after.spec, clusterIP, clusterIPs };
  },
};
