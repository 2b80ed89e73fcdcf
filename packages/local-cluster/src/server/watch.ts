/**
 * Watches: a stream of JSON lines that starts at a resource version (or with
 * what is there now) and misses nothing after it.
 *
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import type { ServerResponse } from 'node:http';
import { encodeWatchEvent } from '../codec/watchEvents';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import { apiVersionOf } from '../registry/resources';
import { shownAs } from '../registry/storedForm';
import { StatusError, unexpected } from '../registry/errors';
import type { Selector } from '../store/selectors';
import type { StoreEvent } from '../store/ObjectStore';
import { after } from '../timers';
import { partial, tableOf, type IncludeObject } from '../table/table';
import type { Json, KubeObject, WatchEvent } from '../types';
import { awaitVersion } from './list';
import { parseVersion, type ListOptions } from './listOptions';
import { notAcceptable, type Form } from './negotiate';

/** Bookmarks come this often, in milliseconds; a real server sends them about once a minute. */
const BOOKMARK_INTERVAL_MS = 60_000;
/** One more comes this long before the time is up. */
const BOOKMARK_BEFORE_END_MS = 2_000;
/** A watcher that reads this far behind, in bytes, is cut off and has to list anew. */
const BACKLOG_LIMIT = 16 * 1024 * 1024;
/** Watches without a time of their own end at random between this and twice of it, in seconds (apiserver's `--min-request-timeout`). */
const LEAST_TIMEOUT_S = 1800;

/** The event as a selector's watcher sees it: entering and leaving the selection are additions and deletions. */
function select(event: StoreEvent, selector: Selector): WatchEvent | undefined {
  const now = event.type !== 'DELETED' && selector(event.object);
  const before = event.previous ? selector(event.previous) : false;
  if (event.type === 'ADDED')
    return now ? { type: 'ADDED', object: event.object } : undefined;
  if (event.type === 'DELETED')
    return before ? { type: 'DELETED', object: event.object } : undefined;
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: event.object };
  return before
    ? {
        type: 'DELETED',
        // What it was when it was last selected, at the version at which it left.
        object: {
          ...event.previous!,
          metadata: {
            ...event.previous!.metadata,
            resourceVersion: String(event.resourceVersion),
          },
        },
      }
    : undefined;
}

/** A watch that is asked for. */
export interface WatchRequest {
  registry: Registry;
  resource: Resource;
  namespace?: string;
  selector: Selector;
  asked: ListOptions;
  form: Form;
  includeObject?: IncludeObject;
  response: ServerResponse;
  /** Times of the bookmarks; for tests. */
  bookmarkMs?: number;
}

/** Writes the events of one watch in the form that was asked for. */
class WatchStream {
  readonly #request: WatchRequest;
  #hasColumns = false;

  constructor(request: WatchRequest) {
    this.#request = request;
  }

  /** @param isShared - whether all others are told of this very object */
  send(type: WatchEvent['type'], object: Json, isShared = false): void {
    const { response, form } = this.#request;
    if (response.destroyed) return;
    try {
      const shaped = this.#shaped(type, object);
      response.write(
        encodeWatchEvent(
          { type, object: shaped },
          form.media,
          isShared && shaped === object,
        ),
      );
    } catch {
      // What cannot be written ends this watch, and not the write that it tells of.
      response.destroy();
    }
    if (response.writableLength > BACKLOG_LIMIT) response.destroy();
  }

  #shaped(type: WatchEvent['type'], object: Json): Json {
    const { form, resource, includeObject } = this.#request;
    if (type === 'ERROR') return object;
    if (form.as === 'PartialObjectMetadata')
      return type === 'BOOKMARK'
        ? { ...partial(object), metadata: object.metadata }
        : partial(object);
    if (form.as !== 'Table')
      return type === 'BOOKMARK' ? object : shownAs(resource, object);
    const isFirst = !this.#hasColumns;
    this.#hasColumns = true;
    return tableOf(resource.columns, [object], {
      metadata: { resourceVersion: object.metadata.resourceVersion },
      includeObject,
      now: Date.now(),
      withColumns: isFirst,
    });
  }
}

/** What clients decode an initial list by: an empty one. */
function blueprint(resource: Resource): string {
  const empty = {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {},
    items: null,
  };
  return Buffer.from(`${JSON.stringify(empty)}\n`).toString('base64');
}

function begin({ response, form }: WatchRequest): void {
  response.writeHead(200, {
    'content-type':
      form.media === 'application/vnd.kubernetes.protobuf'
        ? 'application/vnd.kubernetes.protobuf;stream=watch'
        : form.media,
    'cache-control': 'no-cache, private',
  });
  response.flushHeaders();
}

/**
 * Serves one watch until the client leaves or the time is up.
 *
 * @throws StatusError 406 for an initial list as tables, 500 for a version that is none
 */
export async function serveWatch(request: WatchRequest): Promise<void> {
  const { registry, resource, namespace, asked, response } = request;
  const { store } = registry;
  const selector: Selector = object =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    request.selector(object);
  let from: number;
  try {
    from = asked.resourceVersion ? parseVersion(asked.resourceVersion) : 0;
  } catch (error) {
    throw unexpected((error as Error).message);
  }
  if (asked.sendInitialEvents && request.form.as === 'Table')
    throw notAcceptable();
  if (response.destroyed) return;
  begin(request);
  const stream = new WatchStream(request);
  const fail = (error: StatusError) => {
    stream.send('ERROR', error.toStatus());
    response.end();
  };
  if (from > 0 && from < store.oldestWatchable && !asked.sendInitialEvents) {
    fail(
      new StatusError(
        410,
        'Expired',
        `too old resource version: ${from} (${store.oldestWatchable})`,
      ),
    );
    return;
  }
  if (asked.sendInitialEvents) {
    try {
      await awaitVersion(registry, from);
    } catch (error) {
      fail(error as StatusError);
      return;
    }
    if (response.destroyed) return;
  }

  const isListed =
    asked.sendInitialEvents ||
    (from === 0 && asked.sendInitialEvents === undefined);
  let last = Math.max(store.resourceVersion, from);
  /** A bookmark tells what is newer than where the watch began. */
  const begun = isListed ? last : from || last;
  let processed = begun;
  const bookmark = (annotations?: Record<string, string>) =>
    stream.send('BOOKMARK', {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(processed),
        creationTimestamp: null,
        ...(annotations ? { annotations } : {}),
      },
    } as unknown as KubeObject);
  if (isListed) {
    for (const object of registry.list(resource, namespace, selector))
      stream.send('ADDED', object);
    if (asked.sendInitialEvents && asked.allowWatchBookmarks)
      bookmark({
        'k8s.io/initial-events-end': 'true',
        'kubernetes.io/initial-events-list-blueprint': blueprint(resource),
      });
  } else if (from > 0) {
    for (const event of store.since(resource.plural, from)) {
      processed = event.resourceVersion;
      const selected = select(event, selector);
      if (selected) stream.send(selected.type, selected.object);
    }
  }
  const cleanups: Array<() => void> = [];
  const end = () => {
    cleanups.splice(0).forEach(clean => clean());
    response.end();
  };
  cleanups.push(
    store.subscribe(resource.plural, event => {
      if (event.resourceVersion <= last) return;
      last = event.resourceVersion;
      processed = last;
      const selected = select(event, selector);
      if (selected)
        stream.send(
          selected.type,
          selected.object,
          selected.object === event.object,
        );
    }),
  );
  const seconds = asked.timeoutSeconds || LEAST_TIMEOUT_S * (1 + Math.random());
  cleanups.push(after(seconds * 1000, end));
  if (asked.allowWatchBookmarks) {
    const progress = () => {
      if (processed > begun) bookmark();
    };
    const timer = setInterval(() => {
      // Also of a kind that nobody changes: the version moves with all others.
      last = Math.max(last, store.resourceVersion);
      processed = last;
      progress();
    }, request.bookmarkMs ?? BOOKMARK_INTERVAL_MS);
    timer.unref();
    cleanups.push(() => clearInterval(timer));
    if (asked.timeoutSeconds)
      cleanups.push(
        after(
          Math.max(0, asked.timeoutSeconds * 1000 - BOOKMARK_BEFORE_END_MS),
          progress,
        ),
      );
  }
  response.once('close', () => cleanups.splice(0).forEach(clean => clean()));
}
