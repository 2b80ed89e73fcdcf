/** What a pod asks for and may have, its containers together. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { canonicalQuantity } from '../registry/strategies/quantity';
import type { Json, KubeObject } from '../types';

/** What is asked for and what is allowed, by resource: `{ requests: { cpu: '1' } }`. */
export interface Resources {
  requests?: Record<string, Json>;
  limits?: Record<string, Json>;
}

const amount = (quantity: Json) => parseQuantity(String(quantity));

/** `1.5Gi` and `512Mi` are `2Gi`. */
function sum(a: Json, b: Json): string {
  const total = amount(a) + amount(b);
  const isBinary = /i$/.test(String(a)) || /i$/.test(String(b));
  if (isBinary && Number.isInteger(total) && total % 1024 === 0)
    return canonicalQuantity(`${total / 1024}Ki`);
  return canonicalQuantity(
    Number.isInteger(total) ? total : `${Math.round(total * 1e9)}n`,
  );
}

/** What a pod's containers take together; an init container counts where it takes more. */
export function podResources({ spec }: KubeObject): Resources {
  const total = (list: 'requests' | 'limits') => {
    const all: Record<string, Json> = {};
    const each = (containers: Json[] = [], add: (a: Json, b: Json) => Json) => {
      for (const { resources } of containers)
        for (const [name, quantity] of Object.entries<Json>(
          resources?.[list] ?? {},
        ))
          all[name] =
            all[name] === undefined ? quantity : add(all[name], quantity);
    };
    each(spec.containers, sum);
    each(spec.initContainers, (a, b) => (amount(b) > amount(a) ? b : a));
    return all;
  };
  return { requests: total('requests'), limits: total('limits') };
}
