/**
 * Limit ranges: what a container has where it says nothing, and what containers, pods and claims may have
 * (https://kubernetes.io/docs/concepts/policy/limit-range/).
 */
import { forbidden } from '../registry/errors';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json } from '../types';
import type { AdmissionPlugin, AdmissionRequest } from './Admission';
import { faultsOf } from './limitRangeRules';
import { podResources } from './podResources';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Limits of a kind of thing, out of all ranges of a namespace. */
function limitsOf(
  store: ObjectStore,
  namespace: string | undefined,
  type: string,
): Json[] {
  return store
    .list('limitranges', namespace)
    .flatMap(range => range.spec?.limits ?? [])
    .filter(each => each.type === type);
}

/** Adds and checks what limit ranges say. */
export class LimitRanger implements AdmissionPlugin {
  mutate(
    { resource, object, before }: AdmissionRequest,
    store: ObjectStore,
  ): void {
    if (resource.plural !== 'pods' || before || !object.spec) return;
    const limits = limitsOf(store, object.metadata.namespace, 'Container');
    const told: string[] = [];
    for (const [list, kind] of [
      ['containers', 'container'],
      ['initContainers', 'init container'],
    ])
      for (const container of object.spec[list] ?? [])
        told.push(...fill(container, limits, kind));
    if (told.length)
      object.metadata.annotations = {
        ...object.metadata.annotations,
        [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}`,
      };
  }

  validate(
    { resource, object, before }: AdmissionRequest,
    store: ObjectStore,
  ): void {
    const limits = (type: string) =>
      limitsOf(store, object.metadata.namespace, type);
    let faults: string[] = [];
    if (resource.plural === 'pods' && !before && object.spec) {
      const { containers = [], initContainers = [] } = object.spec;
      faults = [
        ...[...containers, ...initContainers].flatMap(({ resources }: Json) =>
          limits('Container').flatMap(limit =>
            faultsOf(resources ?? {}, limit),
          ),
        ),
        ...limits('Pod').flatMap(limit =>
          faultsOf(podResources(object), limit),
        ),
      ];
    } else if (resource.plural === 'persistentvolumeclaims')
      faults = limits('PersistentVolumeClaim').flatMap(limit =>
        faultsOf(object.spec?.resources ?? {}, limit),
      );
    if (!faults.length) return;
    throw forbidden(
      resource,
      object.metadata.name,
      faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`,
    );
  }
}

/** @returns what was added, in words */
function fill(container: Json, limits: Json[], kind: string): string[] {
  const added: Record<'requests' | 'limits', string[]> = {
    requests: [],
    limits: [],
  };
  const resources = (container.resources ??= {});
  for (const limit of limits) {
    for (const [list, values] of [
      ['limits', limit.default],
      ['requests', limit.defaultRequest],
    ] as const)
      for (const [name, quantity] of Object.entries<Json>(values ?? {})) {
        if (resources[list]?.[name] !== undefined) continue;
        // A request that is not named is as much as the limit that is.
        const own = list === 'requests' ? resources.limits?.[name] : undefined;
        const isOwn = own !== undefined && !added.limits.includes(name);
        resources[list] = {
          ...resources[list],
          [name]: isOwn ? own : quantity,
        };
        if (!isOwn) added[list].push(name);
      }
  }
  return (['requests', 'limits'] as const)
    .filter(list => added[list].length)
    .map(
      list =>
        `${added[list].sort().join(', ')} ${list.slice(0, -1)} for ${kind} ${
          container.name
        }`,
    );
}
