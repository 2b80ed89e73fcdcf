/** Gives a namespace its service account and the cluster's authority, and empties one that is being deleted. */
import { resourceOf, STORED } from '../registry/resources';
import { Controller, keyOf, parseKey, type Key } from './Controller';

const OPTIONS = { fieldManager: 'kube-controller-manager' };

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
    let left = 0;
    for (const resource of STORED.filter(r => r.namespaced)) {
      for (const object of this.registry.store.list(resource.plural, name)) {
        if (!object.metadata.deletionTimestamp)
          this.registry.delete(resource, name, object.metadata.name);
        if (
          this.registry.store.get(resource.plural, name, object.metadata.name)
        )
          left++;
      }
    }
    if (!left) this.registry.finalize(resourceOf('namespaces'), namespace);
  }
}
