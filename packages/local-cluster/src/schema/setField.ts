/** Sets a field that a client named, whatever its name. */
import type { Json } from '../types';

/** As `out[key] = value`, which for `__proto__` would be something else. */
export function setField(
  out: Record<string, Json>,
  key: string,
  value: Json,
): void {
  if (key === '__proto__')
    Object.defineProperty(out, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else out[key] = value;
}
