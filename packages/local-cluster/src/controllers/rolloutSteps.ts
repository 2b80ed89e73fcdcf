/** The next sizes of a Deployment's ReplicaSets, computed and not yet written. */
import type { Json, KubeObject } from '../types';
import { controlledBy } from './Controller';
import {
  available,
  byAge,
  HASH_LABEL,
  inheritedAnnotations,
  maxSurge,
  maxUnavailable,
  MOST,
  nextReplicas,
  REVISION,
  revisionOf,
  sizeAnnotations,
  specReplicas,
  sum,
} from './deployments';
import { templateHash } from './pods';

/** A ReplicaSet, and how many replicas it comes to have. */
export type Step = [set: KubeObject, replicas: number];

/** How many replicas a set gains or loses with its Deployment, before rounding errors are made up for. */
function fraction(deployment: KubeObject, set: KubeObject): number {
  const size = specReplicas(set);
  const { replicas } = deployment.spec;
  if (replicas === 0) return -size;
  const before =
    Number(set.metadata.annotations?.[MOST]) ||
    deployment.status?.replicas ||
    size;
  const most = replicas + maxSurge(deployment);
  return Math.round((size * most) / before) - size;
}

/**
 * More or fewer replicas in all, where several sets have some: each keeps its share, and the largest
 * gets the remainder of the rounding (kubernetes' `GetProportion`).
 */
export function proportionalSteps(
  deployment: KubeObject,
  active: KubeObject[],
): Step[] {
  const { replicas } = deployment.spec;
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - sum(active, specReplicas);
  let added = 0;
  // Of sets of one size the newer one grows first, and the older one shrinks first.
  const steps = [...active]
    .sort(
      (a, b) =>
        specReplicas(b) - specReplicas(a) ||
        (toAdd > 0 ? byAge(b, a) : byAge(a, b)),
    )
    .map((set): Step => {
      const left = toAdd - added;
      const own = fraction(deployment, set);
      const share = toAdd > 0 ? Math.min(own, left) : Math.max(own, left);
      const change = left === 0 ? 0 : share;
      added += change;
      return [set, specReplicas(set) + change];
    });
  if (steps.length) steps[0][1] = Math.max(0, steps[0][1] + toAdd - added);
  return steps;
}

/** As many old pods go as leaves enough that are available; first those that are not available. */
export function stepsDown(
  deployment: KubeObject,
  all: KubeObject[],
  newest: KubeObject,
): Step[] {
  const old = all
    .filter(set => set !== newest && specReplicas(set) > 0)
    .sort(byAge);
  const least = deployment.spec.replicas - maxUnavailable(deployment);
  const newUnavailable = specReplicas(newest) - available(newest);
  let most = sum(all, specReplicas) - least - newUnavailable;
  if (most <= 0) return [];
  const sizes = new Map(old.map(set => [set, specReplicas(set)]));
  const take = (set: KubeObject, fewer: number) =>
    sizes.set(set, sizes.get(set)! - fewer);
  for (const set of old) {
    const fewer = Math.min(most, specReplicas(set) - available(set));
    if (fewer <= 0) continue;
    most -= fewer;
    take(set, fewer);
  }
  let spare = sum(all, available) - least;
  for (const set of old) {
    const fewer = Math.min(spare, sizes.get(set)!);
    if (fewer <= 0) continue;
    spare -= fewer;
    take(set, fewer);
  }
  return [...sizes];
}

/** The ReplicaSet of a template that has none yet. */
export function newReplicaSet(deployment: KubeObject, old: KubeObject[]): Json {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      labels,
      annotations: {
        ...inheritedAnnotations(deployment),
        ...sizeAnnotations(deployment),
        [REVISION]: String(Math.max(0, ...old.map(revisionOf)) + 1),
      },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas: nextReplicas(deployment, old, 0),
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: {
        ...selector,
        matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash },
      },
      template: {
        ...structuredClone(template),
        metadata: { ...template.metadata, labels },
      },
    },
  };
}
