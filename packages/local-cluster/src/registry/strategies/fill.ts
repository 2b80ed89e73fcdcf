import type { Json } from '../../types';

/** Sets what is undefined in `target`, in place. */
export function fill(target: Json, values: Record<string, Json>): void {
  for (const [key, value] of Object.entries(values)) {
    if (target[key] === undefined) target[key] = value;
  }
}
