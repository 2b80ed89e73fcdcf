/**
 * The route table, in memory: whole after the first snapshot, then kept up by the
 * store's stream. It goes on serving what it knows while the store is away, comes back with its
 * position, and asks for all where its table is not the store's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AuthService,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import {
  readEvents,
  TableHash,
  type GatewayAlias,
  type GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';

import type { HostKind } from './hosts';
import type { AddressBook } from './addressing';

const PAUSE_FIRST_MS = 100;
const PAUSE_LAST_MS = 5000;
/** A service token lasts an hour; the stream is begun anew well before. */
const STREAM_MS = 30 * 60_000;
/** The store sends a sign of life every 20 s; a stream that is silent for longer than this is dead. */
const IDLE_MS = 50_000;

const PLANNED = 'it is begun anew before its token ends';
/** Hashes that differ after one another: what the store read a moment ago may still be on its way. */
const DIFFERENT_LIMIT = 2;

/** Calls the store in the gateway's own name. */
export class StoreClient {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  constructor(options: { auth: AuthService; discovery: DiscoveryService }) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
  }

  /** Asks as somebody who is not signed in: for the public catalogue. */
  async fetchPublic(path: string): Promise<Response> {
    const base = await this.#discovery.getBaseUrl('app-store');
    return fetch(`${base}/v1${path}`);
  }

  /** What seals the gateway's keys where the operator gives nothing: the cluster keeps it. */
  async keySecret(signal: AbortSignal): Promise<string> {
    const response = await this.fetch('/key-secret', { signal });
    const { secret } = await response.json();
    return secret;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf: await this.#auth.getOwnServiceCredentials(),
      targetPluginId: 'app-store',
    });
    const response = await fetch(
      `${await this.#discovery.getBaseUrl('app-store')}/v1/gateway${path}`,
      {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
      },
    );
    if (!response.ok) throw new Error(`the store answered ${response.status}`);
    return response;
  }
}

/** How long the table waits for what. */
export interface RouteTimes {
  idleMs: number;
  firstPauseMs: number;
  lastPauseMs: number;
  /** 0 to 1: gateways that lost the store together do not come back together. */
  random(): number;
}

/** The routes and aliases of the store, in memory. */
export class RouteTable implements AddressBook {
  readonly #store: Pick<StoreClient, 'fetch'>;
  readonly #logger: LoggerService;
  readonly #routes = new Map<string, GatewayRoute>();
  readonly #aliases = new Map<string, GatewayAlias>();
  /** Primary aliases by instance. */
  readonly #primaries = new Map<string, string>();
  readonly #listeners = new Set<
    (
      id: string,
      route: GatewayRoute | undefined,
      before: GatewayRoute | undefined,
    ) => void
  >();
  readonly #accessListeners = new Set<(changed: boolean) => void>();
  readonly #abort = new AbortController();
  readonly #times: RouteTimes;
  readonly #hash = new TableHash();
  #loaded = false;
  /** What the store is told when the stream is begun anew; absent where all is wanted. */
  #position: string | undefined;
  #different = 0;

  constructor(options: {
    store: Pick<StoreClient, 'fetch'>;
    logger: LoggerService;
    times?: Partial<RouteTimes>;
  }) {
    this.#store = options.store;
    this.#logger = options.logger;
    this.#times = {
      idleMs: IDLE_MS,
      firstPauseMs: PAUSE_FIRST_MS,
      lastPauseMs: PAUSE_LAST_MS,
      random: Math.random,
      ...options.times,
    };
  }

  /** False until the first snapshot: unknown hosts are not yet known to be unknown. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get(id: string): GatewayRoute | undefined {
    return this.#routes.get(id);
  }

  alias(name: string): GatewayAlias | undefined {
    return this.#aliases.get(name);
  }

  /** The instance that a host leads to. */
  instanceAt(host: HostKind): string | undefined {
    if (host.kind === 'instance') return host.id;
    return host.kind === 'alias'
      ? this.alias(host.name)?.instanceId
      : undefined;
  }

  primaryOf(id: string): string | undefined {
    return this.#primaries.get(id);
  }

  #setAlias(name: string, alias: GatewayAlias | undefined): void {
    const before = this.#aliases.get(name);
    this.#hash.set(`alias/${name}`, alias);
    // Another one may be primary by now: only that of this name is removed.
    if (before?.instanceId && this.#primaries.get(before.instanceId) === name)
      this.#primaries.delete(before.instanceId);
    if (!alias) {
      this.#aliases.delete(name);
      return;
    }
    this.#aliases.set(name, alias);
    if (alias.primary && alias.instanceId)
      this.#primaries.set(alias.instanceId, name);
  }

  /** Calls back with each route that changed or went. */
  onChange(
    listener: (
      id: string,
      route: GatewayRoute | undefined,
      before: GatewayRoute | undefined,
    ) => void,
  ): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls back when anything that was decided may be decided otherwise: tags or policies
   * `changed`, or they may have while nothing was heard of the store.
   */
  onAccess(listener: (changed: boolean) => void): () => void {
    this.#accessListeners.add(listener);
    return () => this.#accessListeners.delete(listener);
  }

  #set(id: string, route: GatewayRoute | undefined): void {
    const before = this.#routes.get(id);
    this.#hash.set(`route/${id}`, route);
    if (route) this.#routes.set(id, route);
    else this.#routes.delete(id);
    this.#listeners.forEach(listener => listener(id, route, before));
  }

  /** Follows the store's stream until {@link stop}. */
  async follow(): Promise<void> {
    const { firstPauseMs, lastPauseMs, random } = this.#times;
    let pause = firstPauseMs;
    while (!this.#abort.signal.aborted) {
      const began = Date.now();
      let why = 'the stream ended';
      try {
        await this.#read();
      } catch (error) {
        why = (error as Error).message;
      }
      if (this.#abort.signal.aborted) return;
      // A store that answers and at once ends is no better than one that does not answer.
      if (Date.now() - began > lastPauseMs) pause = firstPauseMs;
      const wait = Math.round(pause * (0.5 + random() / 2));
      // Silence before the first contact: the store starts in the same process.
      if (this.#loaded && why !== PLANNED)
        this.#logger.warn(
          `no routes from the store: ${why}; trying again in ${wait} ms`,
        );
      await sleep(wait, undefined, { signal: this.#abort.signal }).catch(
        () => {},
      );
      pause = Math.min(pause * 2, lastPauseMs);
    }
  }

  /** Reads one stream until it ends, is too old, or nothing comes any more. */
  async #read(): Promise<void> {
    const end = new AbortController();
    const stop = () => end.abort(new Error('stopped'));
    this.#abort.signal.addEventListener('abort', stop);
    const old = setTimeout(() => end.abort(new Error(PLANNED)), STREAM_MS);
    const idle = setTimeout(
      () => end.abort(new Error('nothing was heard of it')),
      this.#times.idleMs,
    );
    // The process may end while nothing is heard.
    old.unref();
    idle.unref();
    try {
      const { signal } = end;
      const response = await this.#store.fetch('/routes', {
        signal,
        headers: this.#position ? { 'last-event-id': this.#position } : {},
      });
      const alive = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          idle.refresh();
          controller.enqueue(chunk);
        },
      });
      // Ends what is read from here also where the connection itself does not end.
      const body = response.body!.pipeThrough(alive, { signal });
      for await (const { event, data, id } of readEvents(new Response(body))) {
        this.#take(event, JSON.parse(data));
        this.#position = id ?? this.#position;
        if (event === 'hash') this.#compare(JSON.parse(data));
      }
    } finally {
      clearTimeout(old);
      clearTimeout(idle);
      this.#abort.signal.removeEventListener('abort', stop);
    }
  }

  #take(event: string, data: unknown): void {
    if (event === 'snapshot') {
      const { routes, aliases } = data as {
        routes: GatewayRoute[];
        aliases: GatewayAlias[];
      };
      const names = new Set(aliases.map(alias => alias.name));
      for (const name of [...this.#aliases.keys()])
        if (!names.has(name)) this.#setAlias(name, undefined);
      aliases.forEach(alias => this.#setAlias(alias.name, alias));
      const ids = new Set(routes.map(route => route.id));
      for (const id of [...this.#routes.keys()])
        if (!ids.has(id)) this.#set(id, undefined);
      routes.forEach(route => this.#set(route.id, route));
      // What was told between two streams was told to nobody.
      if (this.#loaded)
        this.#accessListeners.forEach(listener => listener(false));
      this.#loaded = true;
    } else if (event === 'route')
      this.#set((data as GatewayRoute).id, data as GatewayRoute);
    else if (event === 'gone')
      this.#set((data as { id: string }).id, undefined);
    else if (event === 'alias')
      this.#setAlias((data as GatewayAlias).name, data as GatewayAlias);
    else if (event === 'alias-gone')
      this.#setAlias((data as { name: string }).name, undefined);
    else if (event === 'access')
      this.#accessListeners.forEach(listener => listener(true));
  }

  /** @throws Error where the store's table is another one: the next stream begins with all of it */
  #compare({ hash }: { hash: string }): void {
    this.#different = hash === String(this.#hash) ? 0 : this.#different + 1;
    if (this.#different < DIFFERENT_LIMIT) return;
    this.#different = 0;
    this.#position = undefined;
    throw new Error('its table is not the one that is known here');
  }

  stop(): void {
    this.#abort.abort();
  }
}
