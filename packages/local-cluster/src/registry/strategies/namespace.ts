/** Namespaces: the namespace controller empties a deleted one before it goes. */
import type { Resource } from '../Resource';
import { wholeSeconds } from '../../time';

export const namespaces: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  shortNames: ['ns'],
  status: true,
  noDeleteCollection: true,
  nameIsLabel: true,

  defaults(namespace) {
    namespace.metadata.labels = {
      // A missing name is found when names are checked.
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
      ...namespace.metadata.labels,
    };
    namespace.spec ??= { finalizers: ['kubernetes'] };
    namespace.status ??= { phase: 'Active' };
  },

  awaitDeletion(namespace, _options, now) {
    const { metadata, spec, status } = namespace;
    if (!spec?.finalizers?.length) return undefined;
    if (metadata.deletionTimestamp) return namespace;
    return {
      ...namespace,
      metadata: { ...metadata, deletionTimestamp: wholeSeconds(now) },
      status: { ...status, phase: 'Terminating' },
    };
  },

  isHeld: () => true,
};
