/**
 * Quotas: how much of what a namespace may have (https://kubernetes.io/docs/concepts/policy/resource-quotas/).
 * Admission counts what is there at that moment, so that no two writes share what is left.
 */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { forbidden } from '../registry/errors';
import type { Resource } from '../registry/Resource';
import { canonicalQuantity } from '../registry/strategies/quantity';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';
import type { AdmissionPlugin, AdmissionRequest } from './Admission';
import { COUNTED, isInScope, usageOf } from './quotaUsage';

/** Lists as messages show them: `cpu=1,memory=1Gi`. */
function listed(amounts: Map<string, string>): string {
  return [...amounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
}

/** Which list a container has to fill for a quota to count it. */
function missingLimits(quota: KubeObject, pod: KubeObject): string[] {
  const names = Object.keys(quota.spec?.hard ?? {}).filter(name =>
    /^(limits\.|requests\.)?(cpu|memory)$/.test(name),
  );
  const missing = names.filter(name => {
    const list = name.startsWith('limits.') ? 'limits' : 'requests';
    const of = name.replace(/^(limits|requests)\./, '');
    return pod.spec.containers.some(
      ({ resources }: Json) => resources?.[list]?.[of] === undefined,
    );
  });
  return missing.sort().map(name => {
    const list = name.startsWith('limits.') ? 'limits' : 'requests';
    const of = name.replace(/^(limits|requests)\./, '');
    const containers = pod.spec.containers
      .filter(({ resources }: Json) => resources?.[list]?.[of] === undefined)
      .map((each: Json) => each.name);
    return `${name} for: ${containers.join(',')}`;
  });
}

/** Holds a namespace to its quotas, and says in their status what is used. */
export class Quotas implements AdmissionPlugin {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** What of a quota is used, as the quota's status says it. */
  used(quota: KubeObject): Record<string, string> {
    const names = Object.keys(quota.spec?.hard ?? {});
    const totals = this.#totals(quota, names);
    return Object.fromEntries(
      names.map(name => [name, print(totals.get(name) ?? 0, name, quota)]),
    );
  }

  #totals(quota: KubeObject, names: string[]): Map<string, number> {
    const totals = new Map<string, number>();
    for (const { plural, group } of this.#kindsOf(names))
      for (const object of this.#store.list(plural, quota.metadata.namespace)) {
        if (!isInScope(quota, object, plural)) continue;
        for (const [name, amount] of usageOf(plural, group, object, names))
          totals.set(name, (totals.get(name) ?? 0) + amount);
      }
    return totals;
  }

  /** The kinds that names of a quota are about. */
  #kindsOf(names: string[]): Array<{ plural: string; group: string }> {
    const counted = names.flatMap(name => {
      const match = /^count\/([^.]+)(?:\.(.+))?$/.exec(name);
      return match ? [{ plural: match[1], group: match[2] ?? '' }] : [];
    });
    const core = [
      'pods',
      'services',
      'persistentvolumeclaims',
      ...Object.keys(COUNTED),
    ].map(plural => ({ plural, group: '' }));
    const all = [...core, ...counted];
    return all.filter(
      (each, index) =>
        all.findIndex(other => other.plural === each.plural) === index,
    );
  }

  validate({ resource, object, before }: AdmissionRequest): void {
    const { plural, group } = resource;
    const { namespace, name } = object.metadata;
    if (!namespace || plural === 'events') return;
    for (const quota of this.#store.list('resourcequotas', namespace)) {
      if (!isInScope(quota, object, plural)) continue;
      const hard: Record<string, string> = quota.spec?.hard ?? {};
      const names = Object.keys(hard);
      const added = usageOf(plural, group, object, names);
      if (!added.size) continue;
      if (before) {
        for (const [each, amount] of usageOf(plural, group, before, names))
          added.set(each, (added.get(each) ?? 0) - amount);
      } else if (plural === 'pods') {
        const missing = missingLimits(quota, object);
        if (missing.length)
          throw forbidden(
            resource,
            name,
            `failed quota: ${quota.metadata.name}: must specify ${missing.join(
              '; ',
            )}`,
          );
      }
      this.#assertFits(resource, name, quota, added);
    }
  }

  #assertFits(
    resource: Resource,
    name: string,
    quota: KubeObject,
    added: Map<string, number>,
  ): void {
    const hard: Record<string, string> = quota.spec.hard;
    const totals = this.#totals(quota, Object.keys(hard));
    const over = [...added].filter(
      ([each, amount]) =>
        amount > 0 &&
        (totals.get(each) ?? 0) + amount > parseQuantity(String(hard[each])),
    );
    if (!over.length) return;
    const texts = (read: (each: string, amount: number) => string) =>
      listed(new Map(over.map(([each, amount]) => [each, read(each, amount)])));
    throw forbidden(
      resource,
      name,
      `exceeded quota: ${quota.metadata.name}, requested: ${texts(
        (each, amount) => print(amount, each, quota),
      )}, used: ${texts(each =>
        print(totals.get(each) ?? 0, each, quota),
      )}, limited: ${texts(each => hard[each])}`,
    );
  }
}

/** An amount in the kind of suffix that a quota's own is in. */
function print(amount: number, name: string, quota: KubeObject): string {
  const like = String(quota.spec?.hard?.[name] ?? '');
  const isBinary = /(memory|storage)$/.test(name) || /i$/.test(like);
  if (amount === 0) return '0';
  if (isBinary && Number.isInteger(amount)) {
    const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
    let value = amount;
    let at = 0;
    while (at < units.length - 1 && value % 1024 === 0) {
      value /= 1024;
      at++;
    }
    return `${value}${units[at]}`;
  }
  return Number.isInteger(amount)
    ? canonicalQuantity(String(amount))
    : canonicalQuantity(`${Math.round(amount * 1000)}m`);
}
