/**
 * Empties a namespace, and says what is left of it
 * (kubernetes' `pkg/controller/namespace/deletion`).
 */
import { withWorkloadCondition, type Condition } from '../conditions';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import { STORED } from '../registry/resources';
import type { Json, KubeObject } from '../types';

/** What a round of deletion left. */
export interface Remains {
  /** Where something was to go at once and is still there: pods whose grace is over. */
  failures: string[];
  /** How many of a resource wait, by its name: `pods.`, `deployments.apps`. */
  waiting: Map<string, number>;
  /** How many wait for each finalizer. */
  finalizers: Map<string, number>;
}

function add(counts: Map<string, number>, key: string, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Whether a pod may still take its time to end. */
function isGraceful({ kind, status, spec }: KubeObject): boolean {
  return (
    kind === 'Pod' &&
    !['Succeeded', 'Failed'].includes(status?.phase) &&
    spec.terminationGracePeriodSeconds > 0
  );
}

function emptyOf(
  registry: Registry,
  resource: Resource,
  namespace: string,
  remains: Remains,
): void {
  const { group, version, plural } = resource;
  for (const { metadata } of registry.store.list(plural, namespace))
    if (!metadata.deletionTimestamp)
      registry.delete(resource, namespace, metadata.name);
  const left = registry.store.list(plural, namespace);
  if (!left.length) return;
  const finalizers = left.flatMap(each => each.metadata.finalizers ?? []);
  if (!finalizers.length && !left.some(isGraceful)) {
    const full = [group, version].join('/');
    remains.failures.push(
      `unexpected items still remain in namespace: ${namespace} for gvr: ${full}, Resource=${plural}`,
    );
    return;
  }
  add(remains.waiting, `${plural}.${group}`, left.length);
  for (const finalizer of finalizers) add(remains.finalizers, finalizer);
}

/** Deletes everything in a namespace. */
export function emptyNamespace(registry: Registry, namespace: string): Remains {
  const remains: Remains = {
    failures: [],
    waiting: new Map(),
    finalizers: new Map(),
  };
  for (const resource of STORED.filter(each => each.namespaced))
    emptyOf(registry, resource, namespace, remains);
  return remains;
}

function listed(counts: Map<string, number>, word: string): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${word} ${count} resource instances`)
    .join(', ');
}

/** The conditions of a namespace that is being deleted. */
export function withDeletionConditions(
  before: Json[] | undefined,
  { failures, waiting, finalizers }: Remains,
  now: string,
): Json[] {
  const conditions: Condition[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: failures.length ? 'True' : 'False',
      reason: failures.length ? 'ContentDeletionFailed' : 'ContentDeleted',
      message: failures.length
        ? `Failed to delete all resource types, ${
            failures.length
          } remaining: ${failures.join(', ')}`
        : 'All content successfully deleted, may be waiting on finalization',
    },
    {
      type: 'NamespaceContentRemaining',
      status: waiting.size ? 'True' : 'False',
      reason: waiting.size ? 'SomeResourcesRemain' : 'ContentRemoved',
      message: waiting.size
        ? `Some resources are remaining: ${listed(waiting, 'has')}`
        : 'All content successfully removed',
    },
    {
      type: 'NamespaceFinalizersRemaining',
      status: finalizers.size ? 'True' : 'False',
      reason: finalizers.size
        ? 'SomeFinalizersRemain'
        : 'ContentHasNoFinalizers',
      message: finalizers.size
        ? `Some content in the namespace has finalizers remaining: ${listed(
            finalizers,
            'in',
          )}`
        : 'All content-preserving finalizers finished',
    },
  ];
  return conditions.map(
    condition =>
      withWorkloadCondition(before, condition, now).find(
        each => each.type === condition.type,
      )!,
  );
}
