/**
 * Watches: a stream of JSON lines that starts at a resource version (or with
 * what is there now) and misses nothing after it.
 *
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import type { ServerResponse } from 'node:http';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import { apiVersionOf } from '../registry/resources';
import { badRequest, StatusError } from '../registry/errors';
import type { Selector } from '../store/selectors';
import type { StoreEvent } from '../store/ObjectStore';
import type { Json, WatchEvent } from '../types';

/** Bookmarks come this often, in milliseconds; a real server sends them about once a minute. */
const BOOKMARK_INTERVAL_MS = 60_000;
/** A watcher that reads this far behind, in bytes, is cut off and has to list anew. */
const BACKLOG_LIMIT = 16 * 1024 * 1024;

/** The event as a selector's watcher sees it: entering and leaving the selection are additions and deletions. */
function select(event: StoreEvent, selector: Selector): WatchEvent | undefined {
  const now = event.type !== 'DELETED' && selector(event.object);
  const before = event.previous ? selector(event.previous) : false;
  if (event.type === 'ADDED')
    return now ? { type: 'ADDED', object: event.object } : undefined;
  if (event.type === 'DELETED')
    return before ? { type: 'DELETED', object: event.object } : undefined;
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: event.object };
  return before ? { type: 'DELETED', object: event.object } : undefined;
}

/** Serves one watch until the client leaves or the time is up. */
export function serveWatch(options: {
  registry: Registry;
  resource: Resource;
  namespace?: string;
  selector: Selector;
  query: URLSearchParams;
  response: ServerResponse;
}): void {
  const { registry, resource, namespace, query, response } = options;
  const selector: Selector = object =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    options.selector(object);
  const { store } = registry;
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text))
    throw new StatusError(
      500,
      'InternalError',
      `Invalid value: ${JSON.stringify(
        text,
      )}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  const from = Number(text || 0);
  const timeoutText = query.get('timeoutSeconds');
  if (timeoutText !== null && !/^\d+$/.test(timeoutText))
    throw badRequest(
      `strconv.ParseInt: parsing ${JSON.stringify(
        timeoutText,
      )}: invalid syntax`,
    );

  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
  });
  const cleanups: Array<() => void> = [];
  const end = () => {
    cleanups.splice(0).forEach(clean => clean());
    response.end();
  };
  const send = (type: WatchEvent['type'], object: Json) => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > BACKLOG_LIMIT) response.destroy();
  };
  if (from > 0 && from < store.oldestWatchable) {
    send(
      'ERROR',
      new StatusError(
        410,
        'Expired',
        `too old resource version: ${from} (${store.oldestWatchable})`,
      ).toStatus(),
    );
    response.end();
    return;
  }

  let last = store.resourceVersion;
  const bookmark = (annotations?: Record<string, string>) =>
    send('BOOKMARK', {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(last),
        creationTimestamp: null,
        ...(annotations ? { annotations } : {}),
      },
    });
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const sendInitial = query.get('sendInitialEvents') === 'true';
  if (from === 0 || sendInitial) {
    for (const object of registry.list(resource, namespace, selector))
      send('ADDED', object);
    if (sendInitial && wantsBookmarks)
      bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    for (const event of store.since(resource.plural, from)) {
      const selected = select(event, selector);
      if (selected) send(selected.type, selected.object);
    }
  }
  response.flushHeaders();
  cleanups.push(
    store.subscribe(resource.plural, event => {
      last = event.resourceVersion;
      const selected = select(event, selector);
      if (selected) send(selected.type, selected.object);
    }),
  );
  if (wantsBookmarks) {
    const timer = setInterval(bookmark, BOOKMARK_INTERVAL_MS);
    cleanups.push(() => clearInterval(timer));
  }
  const seconds = Number(timeoutText ?? 1800 + Math.random() * 1800);
  const timer = setTimeout(() => {
    if (wantsBookmarks) bookmark();
    end();
  }, seconds * 1000);
  cleanups.push(() => clearTimeout(timer));
  response.on('close', end);
}
