/** What the recording shows to have been changed by somebody who was not recorded. */
import {
  collectionPath,
  parseApiPath,
  type Exchange,
  type Json,
} from './recording';
import { SLOW, type Stage } from './Stage';
import { isServerMade, shownIn, writable } from './world';

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  );
}

/** Whether two bodies differ in what somebody wrote. */
function isChanged(before: Json, after: Json): boolean {
  const text = (object: Json) => JSON.stringify(sorted(writable(object)));
  return text(before) !== text(after);
}

/** Whether a selector of equalities selects an object; others are not judged. */
function hasSelection(selector: string | null, { metadata }: Json): boolean {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every(part => {
      const [, key, value] = /^([\w./-]+)==?([\w.-]*)$/.exec(part) ?? [];
      return key !== undefined && metadata.labels?.[key] === value;
    });
}

export class Meanwhile {
  readonly #stage: Stage;
  readonly #group: Exchange[];
  /** Objects as a read of the group showed them last. */
  readonly #seen = new Map<string, Json>();
  /** Paths of what requests of the group wrote. */
  readonly #written = new Set<string>();

  constructor(stage: Stage, group: Exchange[]) {
    this.#stage = stage;
    this.#group = group;
  }

  /**
   * Makes what was changed before an exchange.
   * What requests of the group wrote is left as the cluster has it.
   */
  async catchUp(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    const { reason } = response.body ?? {};
    if (reason === 'Expired') await this.#stage.moveOn('compact');
    if (/too old resource version/.test(JSON.stringify(response.stream ?? '')))
      if (!/resourceVersion=1(&|$)/.test(request.path))
        await this.#stage.moveOn('forget');
    const at = parseApiPath(request.path);
    if (request.method !== 'GET' || response.stream || !at) {
      this.#noteWrite(exchange);
      return;
    }
    if (
      at.query.get('resourceVersionMatch') === 'Exact' ||
      at.query.has('continue')
    )
      return;
    const shown = shownIn(exchange);
    for (const [path, object] of shown) {
      if (isServerMade(object) || SLOW.has(object.kind)) continue;
      const before = this.#seen.get(path);
      this.#seen.set(path, object);
      if (before && !this.#written.has(path) && isChanged(before, object))
        await this.#stage.change(path, object);
    }
    if (at.name) return;
    // What a list showed, and none shows again, was deleted.
    for (const [path, object] of this.#seen)
      if (
        path.startsWith(
          `${collectionPath(at.apiVersion, at.plural, at.namespace)}/`,
        ) &&
        !shown.has(path) &&
        !this.#written.has(path) &&
        !this.#isShownLater(path, exchange) &&
        hasSelection(at.query.get('labelSelector'), object)
      ) {
        this.#seen.delete(path);
        await this.#stage.admin('DELETE', path);
      }
  }

  #isShownLater(path: string, exchange: Exchange): boolean {
    return this.#group
      .slice(this.#group.indexOf(exchange))
      .some(later => shownIn(later).has(path));
  }

  #noteWrite({ request, response }: Exchange): void {
    const at = parseApiPath(request.path);
    if (!at || response.status >= 300 || request.method === 'GET') return;
    const name = at.name ?? response.body?.metadata?.name;
    if (name)
      this.#written.add(
        `${collectionPath(at.apiVersion, at.plural, at.namespace)}/${name}`,
      );
  }
}
