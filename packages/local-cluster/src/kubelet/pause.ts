/** Waits that end early. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from '../registry/Registry';

/** Waits for as long as `ms`, or until `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
}

/** What a pod can be waiting for before its containers start. */
const NEEDED = [
  'configmaps',
  'persistentvolumeclaims',
  'secrets',
  'serviceaccounts',
];

/** Waits until something changes that a pod of the namespace may need, for as long as `ms`, or until `signal` aborts. */
export async function pauseUntilChange(
  registry: Registry,
  namespace: string | undefined,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const changed = new AbortController();
  const unsubscribe = NEEDED.map(plural =>
    registry.store.subscribe(plural, ({ object }) => {
      if (object.metadata.namespace === namespace) changed.abort();
    }),
  );
  await pause(ms, AbortSignal.any([signal, changed.signal]));
  unsubscribe.forEach(stop => stop());
}
