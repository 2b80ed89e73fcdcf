/** Gives a namespace its service account and the cluster's authority, and empties one that is being deleted. */
import { resourceOf, STORED } from '../registry/resources';
import type { KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { emptyNamespace, withDeletionConditions } from './namespaceContent';

const NAMESPACES = resourceOf('namespaces');
const OPTIONS = { fieldManager: 'kube-controller-manager' };

/** A namespace that is being deleted is left alone for this long, in milliseconds (kubernetes' `namespaceDeletionGracePeriod`). */
const GRACE_MS = 5000;
/** And looked at again this often, in milliseconds. */
const AGAIN_MS = 5000;

const ROOT_CA = 'kube-root-ca.crt';
const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export class NamespaceController extends Controller {
  readonly #authority: string;

  constructor(
    options: ConstructorParameters<typeof Controller>[0] & {
      authority: string;
    },
  ) {
    super(options);
    this.#authority = options.authority;
  }

  start(): void {
    this.watch('namespaces', event => [keyOf(event.object)]);
    for (const { plural, namespaced } of STORED) {
      if (namespaced)
        this.watch(plural, event =>
          event.type === 'DELETED'
            ? [`/${event.object.metadata.namespace}`]
            : [],
        );
    }
  }

  protected sync(key: Key): void {
    const { name } = parseKey(key);
    const namespace = this.registry.store.get('namespaces', undefined, name);
    if (!namespace) return;
    if (!namespace.metadata.deletionTimestamp) {
      if (!this.registry.store.get('serviceaccounts', name, 'default'))
        this.registry.create(
          resourceOf('serviceaccounts'),
          name,
          { metadata: { name: 'default' } },
          OPTIONS,
        );
      if (!this.registry.store.get('configmaps', name, ROOT_CA))
        this.registry.create(
          resourceOf('configmaps'),
          name,
          {
            metadata: {
              name: ROOT_CA,
              annotations: { 'kubernetes.io/description': ROOT_CA_DESCRIPTION },
            },
            data: { 'ca.crt': this.#authority },
          },
          OPTIONS,
        );
      return;
    }
    this.#delete(namespace);
  }

  /** Empties it, after a time in which other servers come to know that it ends. */
  #delete(namespace: KubeObject): void {
    const { name, deletionTimestamp } = namespace.metadata;
    const passed =
      this.registry.now().getTime() - Date.parse(deletionTimestamp!);
    // Less than nothing has passed where the clock was set back.
    if (passed >= 0 && passed < GRACE_MS) {
      this.enqueueOnceAfter(keyOf(namespace), GRACE_MS - passed);
      return;
    }
    const remains = emptyNamespace(this.registry, name);
    const isEmpty = !remains.failures.length && !remains.waiting.size;
    this.registry.modify(
      NAMESPACES,
      namespace,
      live => ({
        ...live,
        status: {
          ...live.status,
          conditions: withDeletionConditions(
            live.status?.conditions,
            remains,
            this.registry.timestamp(),
          ),
        },
      }),
      { ...OPTIONS, subresource: 'status' },
    );
    if (!isEmpty) {
      this.enqueueOnceAfter(keyOf(namespace), AGAIN_MS);
      return;
    }
    this.registry.modify(
      NAMESPACES,
      namespace,
      live => ({
        ...live,
        spec: {
          ...live.spec,
          finalizers: live.spec?.finalizers?.filter(
            (each: string) => each !== 'kubernetes',
          ),
        },
      }),
      { ...OPTIONS, subresource: 'finalize' },
    );
  }
}
