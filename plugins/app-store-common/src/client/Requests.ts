/** Requests to the REST API, with the types of its document. */
import type { paths } from '../api/schema.generated';
import type { ProblemDetails } from '../types';

/**
 * A refused or failed request.
 *
 * @public
 */
export class AppStoreError extends Error {
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail);
    this.name = 'AppStoreError';
    this.problem = problem;
  }
}

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Json<T> = T extends { content: { 'application/json': infer B } }
  ? B
  : never;
/** The body of a successful answer. */
export type Answer<P extends keyof paths, M extends Method> = Operation<
  P,
  M
> extends { responses: infer R }
  ? Json<
      R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : never
    >
  : never;
type Body<P extends keyof paths, M extends Method> = Operation<P, M> extends {
  requestBody?: infer B;
}
  ? Json<NonNullable<B>>
  : never;
type Query<P extends keyof paths, M extends Method> = Operation<P, M> extends {
  parameters: { query?: infer Q };
}
  ? Q
  : never;

/** The members of a request beside its address. */
export interface RequestOptions<P extends keyof paths, M extends Method> {
  /** Fills in `{id}` and the like. */
  path?: Record<string, string | number>;
  query?: Partial<NonNullable<Query<P, M>>>;
  body?: Partial<NonNullable<Body<P, M>>>;
  headers?: Record<string, string | undefined>;
  signal?: AbortSignal;
}

/**
 * Where requests go.
 *
 * @public
 */
export interface RequestsOptions {
  fetch: typeof fetch;
  /** The root of the plugin's API without a slash at the end, e.g. `plugin://app-store` or `https://…/api/app-store`. */
  baseUrl: string;
}

/** Sends requests to the REST API with the types of its document. Throws an {@link AppStoreError} for each answer that is a problem. */
export class Requests {
  readonly #fetch: typeof fetch;
  readonly #root: string;

  constructor(options: RequestsOptions) {
    this.#fetch = options.fetch;
    this.#root = `${options.baseUrl}/v1`;
  }

  /**
   * Sends a request and waits for the head of its answer.
   *
   * @throws AppStoreError where the store refuses or fails
   */
  async raw(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#fetch(`${this.#root}${path}`, init);
    if (response.ok) return response;
    const text = await response.text();
    let problem: ProblemDetails | undefined;
    try {
      const body = JSON.parse(text);
      problem = body.code ? body : undefined;
    } catch {
      // Not one of ours: said in words below.
    }
    throw new AppStoreError(
      problem ?? {
        type: 'about:blank',
        title: response.statusText,
        status: response.status,
        detail: `The app store answered with ${response.status} ${response.statusText}.`,
        code: 'UNEXPECTED_ANSWER',
        owner: 'platform',
        remedy: 'Try again. If the problem continues, tell an admin.',
      },
    );
  }

  /** Like {@link raw}, for an operation of the API. */
  send<P extends keyof paths, M extends Method>(
    method: M,
    path: P,
    options: RequestOptions<P, M> = {},
  ): Promise<Response> {
    const headers = Object.entries(options.headers ?? {}).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    if (options.body !== undefined)
      headers.push(['content-type', 'application/json']);
    return this.raw(
      `${fill(path, options.path ?? {})}${toQuery(options.query ?? {})}`,
      {
        method: method.toLocaleUpperCase('en-US'),
        signal: options.signal,
        ...(headers.length ? { headers: Object.fromEntries(headers) } : {}),
        ...(options.body === undefined
          ? {}
          : { body: JSON.stringify(options.body) }),
      },
    );
  }

  /** The JSON that an operation answers with. */
  async json<P extends keyof paths, M extends Method>(
    method: M,
    path: P,
    options: RequestOptions<P, M> = {},
  ): Promise<Answer<P, M>> {
    return (await this.send(method, path, options)).json() as Promise<
      Answer<P, M>
    >;
  }
}

/** Puts values into `{name}`. */
function fill(path: string, values: Record<string, string | number>): string {
  return path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(values[name]),
  );
}

/** `?a=1&b=2`; without what is undefined. */
export function toQuery(query: object): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) params.set(key, String(value));
  const text = params.toString();
  return text ? `?${text}` : '';
}
