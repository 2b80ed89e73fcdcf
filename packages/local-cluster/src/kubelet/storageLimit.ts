/**
 * Ephemeral storage: what containers write beside their persistent volumes, and what they may
 * (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage).
 */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json, KubeObject } from '../types';
import type { PodContext } from './PodContext';

/** How often it is looked at, in milliseconds, as the kubelet does. */
const LOOK_MS = 10_000;

/** What a directory takes of the disk, in bytes. */
async function sizeOf(path: string): Promise<number> {
  let total = 0;
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const at = join(path, entry.name);
    if (entry.isDirectory()) total += await sizeOf(at);
    else {
      const found = await lstat(at).catch(() => undefined);
      total += (found?.blocks ?? 0) * 512;
    }
  }
  return total;
}

/** The sum of the limits; undefined where no container has one. */
function limitOf({ spec }: KubeObject): number | undefined {
  const limits = spec.containers
    .map((each: Json) => each.resources?.limits?.['ephemeral-storage'])
    .filter((limit: Json) => limit !== undefined);
  if (!limits.length) return undefined;
  return limits.reduce(
    (sum: number, limit: Json) => sum + parseQuantity(String(limit)),
    0,
  );
}

/** The quantity of a limit, as it is written. */
function textOf(limit: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  let value = limit;
  let unit = 0;
  for (; unit < units.length - 1 && value && value % 1024 === 0; unit++)
    value /= 1024;
  return `${value}${units[unit]}`;
}

/** What a pod takes too much of, in the kubelet's words; undefined where it does not. */
async function excess(
  pod: KubeObject,
  directory: string,
): Promise<string | undefined> {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const { sizeLimit } = emptyDir ?? {};
    // Zero is no limit.
    if (!sizeLimit || !parseQuantity(String(sizeLimit))) continue;
    const size = await sizeOf(join(directory, 'volumes', name));
    if (size > parseQuantity(String(sizeLimit)))
      return `Usage of EmptyDir volume ${JSON.stringify(
        name,
      )} exceeds the limit ${JSON.stringify(sizeLimit)}. `;
  }
  const limit = limitOf(pod);
  if (limit === undefined || (await sizeOf(directory)) <= limit)
    return undefined;
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${textOf(
    limit,
  )}. `;
}

/**
 * Looks at it for as long as the pod is there, where it is limited at all.
 *
 * @param exceeded - is called with the message, once; up to 10 s late
 * @returns what ends it
 */
export function watchStorage(
  { pod, directory }: PodContext,
  exceeded: (message: string) => void,
): () => void {
  const isLimited =
    limitOf(pod) !== undefined ||
    (pod.spec.volumes ?? []).some(
      ({ emptyDir }: Json) => emptyDir?.sizeLimit !== undefined,
    );
  if (!isLimited) return () => {};
  const timer = setInterval(() => {
    excess(pod, directory).then(
      message => {
        if (!message) return;
        clearInterval(timer);
        exceeded(message);
      },
      () => {},
    );
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
