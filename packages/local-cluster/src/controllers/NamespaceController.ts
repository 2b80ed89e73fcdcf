/** Gives a namespace its default service account, and empties one that is being deleted. */
import { RESOURCES, resourceOf } from '../registry/resources';
import { Controller, keyOf, parseKey, type Key } from './Controller';

const OPTIONS = { fieldManager: 'kube-controller-manager' };

export class NamespaceController extends Controller {
  start(): void {
    this.watch('namespaces', event => [keyOf(event.object)]);
    for (const { plural, namespaced } of RESOURCES) {
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
      return;
    }
    let left = 0;
    for (const resource of RESOURCES.filter(r => r.namespaced)) {
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
