/** Namespaces: the namespace controller empties a deleted one before it goes. */
import { AGE, NAME } from '../../table/table';
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
  nameForm: 'label',
  subresources: [{ name: 'finalize', verbs: ['update'] }],
  fieldLabels: { 'status.phase': undefined },
  columns: [
    NAME,
    { name: 'Status', cell: ({ status }) => status?.phase ?? '' },
    AGE,
  ],

  defaults(namespace) {
    namespace.metadata.labels = {
      // A missing name is found when names are checked.
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
      ...namespace.metadata.labels,
    };
  },

  prepareForCreate(namespace) {
    const { finalizers = [] } = namespace.spec ?? {};
    namespace.spec = {
      ...namespace.spec,
      finalizers: finalizers.includes('kubernetes')
        ? finalizers
        : [...finalizers, 'kubernetes'],
    };
    namespace.status = { phase: 'Active' };
  },

  prepareForUpdate(before, after) {
    // Only the subresource `finalize` takes them.
    after.spec = { ...after.spec, finalizers: before.spec?.finalizers };
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
