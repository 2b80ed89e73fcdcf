/** What one limit of a LimitRange says of the resources of a container, a pod or a claim, in the server's words. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Json } from '../types';
import type { Resources } from './podResources';

type Part = 'request' | 'limit';

const amount = (quantity: Json) => parseQuantity(String(quantity));

/** One bound of one resource. */
class Bound {
  readonly #what: string;
  readonly #bound: Json;
  readonly #has: Record<Part, Json>;

  constructor(what: string, bound: Json, has: Record<Part, Json>) {
    this.#what = what;
    this.#bound = bound;
    this.#has = has;
  }

  missing(part: Part): string[] {
    return this.#has[part] === undefined
      ? [`${this.#what} is ${this.#bound}.  No ${part} is specified`]
      : [];
  }

  beyond(
    part: Part,
    isBeyond: (has: number, bound: number) => boolean,
  ): string[] {
    const has = this.#has[part];
    return has !== undefined && isBeyond(amount(has), amount(this.#bound))
      ? [`${this.#what} is ${this.#bound}, but ${part} is ${has}`]
      : [];
  }
}

const above = (has: number, bound: number) => has > bound;
const below = (has: number, bound: number) => has < bound;
/** The first fault of a bound is all that is told of it. */
const first = (...faults: string[][]) => faults.flat().slice(0, 1);

function ratioFault(
  name: string,
  type: string,
  most: Json,
  { request, limit }: Record<Part, Json>,
): string[] {
  const what = `${name} max limit to request ratio per ${type} is ${most}`;
  for (const [part, has] of [
    ['request', request],
    ['limit', limit],
  ] as const)
    if (has === undefined || amount(has) === 0)
      return [`${what}, but no ${part} is specified or ${part} is 0`];
  const ratio = amount(limit) / amount(request);
  return ratio > amount(most)
    ? [`${what}, but provided ratio is ${ratio.toFixed(6)}`]
    : [];
}

/** What of a limit resources do not keep, in words. */
export function faultsOf(
  { requests = {}, limits = {} }: Resources,
  { type, max = {}, min = {}, maxLimitRequestRatio = {} }: Json,
): string[] {
  const of = (name: string) => ({
    request: requests[name],
    limit: limits[name],
  });
  // A claim has no limits.
  const isClaim = type === 'PersistentVolumeClaim';
  const faults: string[] = [];
  for (const [name, bound] of Object.entries<Json>(min)) {
    const it = new Bound(`minimum ${name} usage per ${type}`, bound, of(name));
    faults.push(
      ...first(
        it.missing('request'),
        it.beyond('request', below),
        isClaim ? [] : it.beyond('limit', below),
      ),
    );
  }
  for (const [name, bound] of Object.entries<Json>(max)) {
    const it = new Bound(`maximum ${name} usage per ${type}`, bound, of(name));
    faults.push(
      ...(isClaim
        ? first(it.missing('request'), it.beyond('request', above))
        : first(
            it.missing('limit'),
            it.beyond('limit', above),
            it.beyond('request', above),
          )),
    );
  }
  for (const [name, most] of Object.entries<Json>(maxLimitRequestRatio))
    faults.push(...ratioFault(name, type, most, of(name)));
  return faults;
}
