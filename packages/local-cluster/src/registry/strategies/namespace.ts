/** Namespaces: the namespace controller empties a deleted one before it goes. */
import { AGE, NAME } from '../../table/table';
import type { KubeObject } from '../../types';
import type { Resource } from '../Resource';
import { wholeSeconds } from '../../time';

/** Selectors of namespaces can rely on it. */
function setNameLabel({ metadata }: KubeObject): void {
  if (metadata.name)
    metadata.labels = {
      ...metadata.labels,
      'kubernetes.io/metadata.name': metadata.name,
    };
}

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

  defaults: setNameLabel,

  prepareForCreate(namespace) {
    // A generated name is there now.
    setNameLabel(namespace);
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

  undeletable: ({ metadata }) =>
    ['default', 'kube-public', 'kube-system'].includes(metadata.name)
      ? 'this namespace may not be deleted'
      : undefined,

  isHeld: ({ spec }) => Boolean(spec?.finalizers?.length),
};
