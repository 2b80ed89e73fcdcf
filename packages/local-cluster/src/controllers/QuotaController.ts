/** Says in the status of quotas how much of what they name is used. */
import type { Quotas } from '../admission/Quotas';
import { resourceOf } from '../registry/resources';
import { Controller, keyOf, parseKey, type Key } from './Controller';

const OPTIONS = {
  fieldManager: 'kube-controller-manager',
  subresource: 'status',
} as const;
/** Events count for no quota. */
const NOT_COUNTED = new Set(['events', 'resourcequotas']);

export class QuotaController extends Controller {
  readonly #quotas: Quotas;

  constructor(
    options: ConstructorParameters<typeof Controller>[0] & { quotas: Quotas },
  ) {
    super(options);
    this.#quotas = options.quotas;
  }

  start(): void {
    this.watch('resourcequotas', event => [keyOf(event.object)]);
    const counted = this.registry
      .resources()
      .filter(
        each =>
          each.namespaced && !each.storedAs && !NOT_COUNTED.has(each.plural),
      );
    for (const { plural } of counted)
      this.watch(plural, event =>
        this.registry.store
          .list('resourcequotas', event.object.metadata.namespace)
          .map(keyOf),
      );
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const quota = this.registry.store.get('resourcequotas', namespace, name);
    if (!quota || quota.metadata.deletionTimestamp) return;
    this.registry.modify(
      resourceOf('resourcequotas'),
      quota,
      live => ({
        ...live,
        status: { hard: live.spec?.hard, used: this.#quotas.used(live) },
      }),
      OPTIONS,
    );
  }
}
