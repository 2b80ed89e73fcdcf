/** The REST API of the app store, for pages and commands. */
import type {
  AccessToken,
  App,
  AppChange,
  AppMetaPart,
  BegunLogin,
  ImportedApp,
  LoginRequest,
  AppInstance,
  AppSecret,
  AppTag,
  InstanceEvent,
  Me,
  ProblemDetails,
  Visibility,
  AppQuery,
  LogQuery,
} from '../types';

/** A refused or failed request. */
export class AppStoreError extends Error {
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail);
    this.name = 'AppStoreError';
    this.problem = problem;
  }
}

/** What the pages and commands ask of the store. */
export interface AppStoreApi {
  getMe(): Promise<Me>;
  listApps(query?: AppQuery): Promise<App[]>;
  getApp(id: string): Promise<App>;
  listTags(): Promise<AppTag[]>;
  importApp(
    bundle: BodyInit,
    options?: { visibility?: Visibility; signal?: AbortSignal },
  ): Promise<ImportedApp>;
  updateApp(id: string, change: AppChange): Promise<App>;
  deleteApp(id: string): Promise<void>;
  /** The bundle itself; the answer's body is its bytes. */
  downloadApp(id: string): Promise<Response>;
  getAppMeta(id: string, part: AppMetaPart): Promise<string>;
  runApp(
    id: string,
    options?: { visibility?: Visibility },
  ): Promise<AppInstance>;
  listInstances(query?: {
    appId?: string;
    all?: boolean;
  }): Promise<AppInstance[]>;
  getInstance(id: string): Promise<AppInstance>;
  suspendInstance(id: string): Promise<AppInstance>;
  resumeInstance(id: string): Promise<AppInstance>;
  terminateInstance(id: string): Promise<void>;
  updateInstance(
    id: string,
    change: { visibility: Visibility },
  ): Promise<AppInstance>;
  listInstanceEvents(id: string): Promise<InstanceEvent[]>;
  /** The output of an instance; a stream where `follow` is set. */
  openLogs(id: string, query: LogQuery): Promise<Response>;
  /** Calls back with each state of one's instances (or of one instance) until `signal` aborts. */
  watchInstances(options: {
    id?: string;
    signal: AbortSignal;
    onChange: (instance: AppInstance) => void;
    onGone?: (id: string) => void;
    onOpen?: () => void;
  }): Promise<void>;
  /** A picture of an app as a `blob:` URL or data. */
  getAsset(path: string): Promise<Blob>;
  listSecrets(): Promise<AppSecret[]>;
  putSecret(name: string, data: Record<string, string>): Promise<AppSecret>;
  deleteSecret(name: string): Promise<void>;
  /** Begins the sign-in of a command line; nobody needs to be signed in for it. */
  beginLogin(client: string): Promise<BegunLogin>;
  finishLogin(
    deviceCode: string,
  ): Promise<
    { state: 'pending' } | { state: 'done'; token: string; ownerRef: string }
  >;
  getLoginRequest(code: string): Promise<LoginRequest>;
  answerLogin(code: string, allow: boolean): Promise<void>;
  listTokens(): Promise<AccessToken[]>;
  createToken(options: {
    name: string;
    kind?: AccessToken['kind'];
    days?: number;
  }): Promise<AccessToken & { token: string }>;
  revokeToken(id: string): Promise<void>;
}

/** Where requests go. */
export interface AppStoreClientOptions {
  fetch: typeof fetch;
  /** The root of the plugin's API without a slash at the end, e.g. `plugin://app-store` or `https://…/api/app-store`. */
  baseUrl: string;
}

/** The default implementation of {@link AppStoreApi}. */
export class AppStoreClient implements AppStoreApi {
  readonly #fetch: typeof fetch;
  readonly #root: string;

  static create(options: AppStoreClientOptions): AppStoreClient {
    return new AppStoreClient(options);
  }

  private constructor(options: AppStoreClientOptions) {
    this.#fetch = options.fetch;
    this.#root = `${options.baseUrl}/v1`;
  }

  async #request(path: string, init: RequestInit = {}): Promise<Response> {
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
        remedy: 'Try again; tell an admin if it stays.',
      },
    );
  }

  async #json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await this.#request(path, init)).json() as Promise<T>;
  }

  #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.#json(path, {
      method,
      ...(body === undefined
        ? {}
        : {
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/json' },
          }),
    });
  }

  getMe(): Promise<Me> {
    return this.#json('/me');
  }

  async listApps(query: AppQuery = {}): Promise<App[]> {
    return (
      await this.#json<{ items: App[] }>(
        `/apps${toQuery({ ...query, runnable: query.runnable?.toString() })}`,
      )
    ).items;
  }

  getApp(id: string): Promise<App> {
    return this.#json(`/apps/${encodeURIComponent(id)}`);
  }

  async listTags(): Promise<AppTag[]> {
    return (await this.#json<{ items: AppTag[] }>('/tags')).items;
  }

  importApp(
    bundle: BodyInit,
    options: { visibility?: Visibility; signal?: AbortSignal } = {},
  ): Promise<ImportedApp> {
    const { signal, ...query } = options;
    return this.#json(`/apps${toQuery(query)}`, {
      method: 'POST',
      body: bundle,
      signal,
      headers: { 'content-type': 'application/zip' },
      // Node.js sends a stream only where it is told that the answer comes after it.
      ...({ duplex: 'half' } as RequestInit),
    });
  }

  updateApp(id: string, change: AppChange): Promise<App> {
    return this.#send('PATCH', `/apps/${encodeURIComponent(id)}`, change);
  }

  async deleteApp(id: string): Promise<void> {
    await this.#request(`/apps/${encodeURIComponent(id)}`, {
      method: 'DELETE',
    });
  }

  downloadApp(id: string): Promise<Response> {
    return this.#request(`/apps/${encodeURIComponent(id)}/bundle`);
  }

  async getAppMeta(id: string, part: AppMetaPart): Promise<string> {
    const response = await this.#request(
      `/apps/${encodeURIComponent(id)}/meta${toQuery({ part })}`,
    );
    return response.text();
  }

  runApp(
    id: string,
    options: { visibility?: Visibility } = {},
  ): Promise<AppInstance> {
    return this.#send(
      'POST',
      `/apps/${encodeURIComponent(id)}/instances`,
      options,
    );
  }

  async listInstances(
    query: { appId?: string; all?: boolean } = {},
  ): Promise<AppInstance[]> {
    return (
      await this.#json<{ items: AppInstance[] }>(`/instances${toQuery(query)}`)
    ).items;
  }

  getInstance(id: string): Promise<AppInstance> {
    return this.#json(`/instances/${encodeURIComponent(id)}`);
  }

  suspendInstance(id: string): Promise<AppInstance> {
    return this.#send('POST', `/instances/${encodeURIComponent(id)}/suspend`);
  }

  resumeInstance(id: string): Promise<AppInstance> {
    return this.#send('POST', `/instances/${encodeURIComponent(id)}/resume`);
  }

  async terminateInstance(id: string): Promise<void> {
    await this.#request(`/instances/${encodeURIComponent(id)}`, {
      method: 'DELETE',
    });
  }

  updateInstance(
    id: string,
    change: { visibility: Visibility },
  ): Promise<AppInstance> {
    return this.#send('PATCH', `/instances/${encodeURIComponent(id)}`, change);
  }

  async listInstanceEvents(id: string): Promise<InstanceEvent[]> {
    return (
      await this.#json<{ items: InstanceEvent[] }>(
        `/instances/${encodeURIComponent(id)}/events`,
      )
    ).items;
  }

  openLogs(id: string, query: LogQuery): Promise<Response> {
    const { signal, ...rest } = query;
    return this.#request(
      `/instances/${encodeURIComponent(id)}/logs${toQuery(rest)}`,
      { signal },
    );
  }

  async watchInstances(options: {
    id?: string;
    signal: AbortSignal;
    onChange: (instance: AppInstance) => void;
    onGone?: (id: string) => void;
    onOpen?: () => void;
  }): Promise<void> {
    const { id, signal } = options;
    const path = id
      ? `/instances/${encodeURIComponent(id)}/stream`
      : '/instances/stream';
    const response = await this.#request(path, {
      signal,
      headers: { accept: 'text/event-stream' },
    });
    options.onOpen?.();
    for await (const { event, data } of readEvents(response)) {
      if (event === 'instance') options.onChange(JSON.parse(data));
      else if (event === 'gone') options.onGone?.(JSON.parse(data).id);
    }
  }

  async getAsset(path: string): Promise<Blob> {
    return (await this.#request(path)).blob();
  }

  async listSecrets(): Promise<AppSecret[]> {
    return (await this.#json<{ items: AppSecret[] }>('/secrets')).items;
  }

  putSecret(name: string, data: Record<string, string>): Promise<AppSecret> {
    return this.#send('PUT', `/secrets/${encodeURIComponent(name)}`, { data });
  }

  async deleteSecret(name: string): Promise<void> {
    await this.#request(`/secrets/${encodeURIComponent(name)}`, {
      method: 'DELETE',
    });
  }

  beginLogin(client: string): Promise<BegunLogin> {
    return this.#send('POST', '/login/device', { client });
  }

  finishLogin(deviceCode: string) {
    return this.#send<Awaited<ReturnType<AppStoreApi['finishLogin']>>>(
      'POST',
      '/login/token',
      { deviceCode },
    );
  }

  getLoginRequest(code: string): Promise<LoginRequest> {
    return this.#json(`/login/requests/${encodeURIComponent(code)}`);
  }

  async answerLogin(code: string, allow: boolean): Promise<void> {
    await this.#request(`/login/requests/${encodeURIComponent(code)}`, {
      method: 'POST',
      body: JSON.stringify({ allow }),
      headers: { 'content-type': 'application/json' },
    });
  }

  async listTokens(): Promise<AccessToken[]> {
    return (await this.#json<{ items: AccessToken[] }>('/tokens')).items;
  }

  createToken(options: {
    name: string;
    kind?: AccessToken['kind'];
    days?: number;
  }): Promise<AccessToken & { token: string }> {
    return this.#send('POST', '/tokens', options);
  }

  async revokeToken(id: string): Promise<void> {
    await this.#request(`/tokens/${encodeURIComponent(id)}`, {
      method: 'DELETE',
    });
  }
}

function toQuery(
  query: Record<string, string | number | boolean | undefined>,
): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== false) params.set(key, String(value));
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** Server-sent events of a response (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export async function* readEvents(
  response: Response,
): AsyncGenerator<{ event: string; data: string }> {
  const reader = response
    .body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      let event = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        if (line.startsWith('event:')) event = line.slice(6).trim();
        else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
      }
      if (data.length) yield { event, data: data.join('\n') };
    }
  }
}
