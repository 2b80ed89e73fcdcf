/**
 * The public catalogue at the apps' domain (specification 3.1, public mode): what the
 * store shows to somebody who is not signed in, and nothing else. The store decides:
 * it is asked without any identity.
 */
import type {
  App,
  ManagedInstance,
  Page,
  StoreInfo,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answers, type Answer } from '../answers';
import type { StoreClient } from '../../routing/RouteTable';
import { Markdown } from './markdown';
import { renderApp, renderList } from './pages';

const APP = /^\/apps\/([0-9a-f-]{36})$/;
const PICTURE = /^\/apps\/[0-9a-f-]{36}\/(icon|screenshots\/\d{1,3})$/;
const PAGE_SIZE = 60;
const SEARCH_LIMIT = 200;

/** Answers requests for the public catalogue with what the store shows to anybody. */
export class Catalogue {
  readonly #store: Pick<StoreClient, 'fetchPublic'>;
  readonly #portalUrl: URL;
  readonly #markdown = new Markdown();

  constructor(options: {
    store: Pick<StoreClient, 'fetchPublic'>;
    portalUrl: URL;
  }) {
    this.#store = options.store;
    this.#portalUrl = options.portalUrl;
  }

  /** What the store answers to anybody; undefined where it has nothing for them. */
  async #json<T>(path: string): Promise<T | undefined> {
    const response = await this.#store.fetchPublic(path);
    if (response.ok) return (await response.json()) as T;
    await response.body?.cancel();
    if (response.status < 500) return undefined;
    throw new Error(`the store answered ${response.status}`);
  }

  /** @param refuse - answers with a page of the gateway's own */
  async serve(
    request: IncomingMessage,
    url: URL,
    response: ServerResponse,
    refuse: (answer: Answer) => void,
  ): Promise<void> {
    const portal = this.#portalUrl.origin;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(answers.unknown(portal));
      return;
    }
    try {
      if (PICTURE.test(url.pathname)) {
        if (!(await this.#picture(url, response)))
          refuse(answers.unknown(portal));
        return;
      }
      const nonce = randomBytes(16).toString('base64');
      const html = await this.#page(url, nonce);
      if (html === undefined) {
        refuse(answers.unknown(portal));
        return;
      }
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      });
      response.end(html);
    } catch {
      refuse(answers.storeUnavailable());
    }
  }

  async #page(url: URL, nonce: string): Promise<string | undefined> {
    const [, id] = APP.exec(url.pathname) ?? [];
    if (url.pathname !== '/' && !id) return undefined;
    const store = await this.#json<StoreInfo>('/store');
    if (!store) return undefined;
    const frame = { store, portalUrl: this.#portalUrl.origin };
    if (id) {
      const app = await this.#json<App>(`/apps/${id}`);
      if (!app) return undefined;
      const managed =
        app.lifecycle === 'MANAGED'
          ? await this.#json<ManagedInstance>(`/apps/${id}/managed-instance`)
          : undefined;
      return renderApp({
        frame,
        nonce,
        app,
        about: app.longDescription
          ? await this.#markdown.layOut(app.longDescription)
          : '',
        // What is suspended answers nobody.
        visitUrl: managed?.status === 'DEPLOYED' ? managed.url : undefined,
      });
    }
    const search = (url.searchParams.get('search') ?? '')
      .replaceAll(/\p{Cc}/gu, ' ')
      .slice(0, SEARCH_LIMIT)
      .trim();
    const cursor = url.searchParams.get('cursor');
    const query = new URLSearchParams({
      newest: 'true',
      orderBy: 'title',
      limit: String(PAGE_SIZE),
      ...(search ? { search } : {}),
      ...(cursor ? { cursor } : {}),
    });
    const page = await this.#json<Page<App>>(`/apps?${query}`);
    return (
      page &&
      renderList({
        frame,
        nonce,
        apps: page.items,
        search,
        nextCursor: page.nextCursor,
      })
    );
  }

  /** Ends what runs beside this thread. */
  close(): void {
    this.#markdown.close();
  }

  async #picture(url: URL, response: ServerResponse): Promise<boolean> {
    const picture = await this.#store.fetchPublic(url.pathname);
    const type = picture.headers.get('content-type') ?? '';
    if (!picture.ok || !picture.body || !/^image\/(png|jpeg)$/.test(type)) {
      await picture.body?.cancel();
      return false;
    }
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'public, max-age=300',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    await pipeline(Readable.fromWeb(picture.body as never), response).catch(
      () => response.destroy(),
    );
    return true;
  }
}
