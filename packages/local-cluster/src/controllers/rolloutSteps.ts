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

/** More or fewer replicas in all, where several sets have some: each keeps its share. */
export function proportionalSteps(
  deployment: KubeObject,
  active: KubeObject[],
): Step[] {
  const total = sum(active, specReplicas);
  const wanted = deployment.spec.replicas + maxSurge(deployment);
  let left = Math.max(0, wanted);
  return [...active]
    .sort((a, b) => specReplicas(b) - specReplicas(a))
    .map((set, index) => {
      const share =
        index === active.length - 1
          ? left
          : Math.min(left, Math.round((specReplicas(set) * wanted) / total));
      left -= share;
      return [set, share];
    });
}

/** As many old pods go as leaves enough that are available; first those that are missed by nobody. */
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
