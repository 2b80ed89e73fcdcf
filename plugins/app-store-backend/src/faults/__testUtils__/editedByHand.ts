/** Edits of a field, as somebody with kubectl makes them. */
import { isDeepStrictEqual } from 'node:util';
import type {
  AnyObject,
  ClusterUnderTest,
} from '../../cluster/__testUtils__/ClusterUnderTest';
import { KubeError } from '../../kubernetes/client/KubeError';
import { objectPath } from '../../kubernetes/client/kubeObjects';
import { nameOf, others, pointerOf, valueAt, type Path } from './ownedFields';

/** Another value at a path, as `kubectl edit` writes it. @returns whether the API took one */
async function edited(
  cluster: ClusterUnderTest,
  object: AnyObject,
  path: Path,
): Promise<boolean> {
  const now = (await cluster.get(object))!;
  const before = valueAt(now, path);
  const pointer = pointerOf(now, path);
  for (const operation of [
    ...others(before).map(value => ({ op: 'replace', path: pointer, value })),
    { op: 'remove', path: pointer },
  ])
    try {
      const after = await cluster.api.json(objectPath(object), {
        method: 'PATCH',
        contentType: 'application/json-patch+json',
        query: { fieldManager: 'kubectl-edit' },
        body: [operation],
      });
      if (!isDeepStrictEqual(valueAt(after, path), before)) return true;
    } catch (error) {
      if (!(error instanceof KubeError) || ![400, 422].includes(error.code))
        throw error;
    }
  return false;
}

/**
 * Edits each of these fields, one after the other, and waits until it is what it was.
 *
 * @returns the slowest repair in milliseconds, and the fields that the API lets nobody change
 */
export async function editEach(
  cluster: ClusterUnderTest,
  object: AnyObject,
  fields: Path[],
  eventually: (
    what: () => Promise<unknown>,
    name: string,
    limitMs: number,
  ) => Promise<number>,
): Promise<{ worst: number; refused: string[] }> {
  let worst = 0;
  const refused: string[] = [];
  for (const path of fields) {
    const before = valueAt(await cluster.get(object), path);
    if (!(await edited(cluster, object, path))) {
      refused.push(nameOf(path));
      continue;
    }
    const ms = await eventually(
      async () =>
        isDeepStrictEqual(valueAt(await cluster.get(object), path), before),
      `${object.kind} ${nameOf(path)}`,
      20_000,
    );
    worst = Math.max(worst, ms);
  }
  return { worst, refused };
}
