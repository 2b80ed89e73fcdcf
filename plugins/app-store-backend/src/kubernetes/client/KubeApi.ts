/**
 * The Kubernetes API as the store uses it: few verbs, exact bodies, kept-alive
 * connections, every failure with the server's own reason.
 *
 * The typed client drops fields that it does not know and opens a connection for
 * each request; only its configuration (addresses, certificates, credentials) is
 * used here.
 */
import type { KubeConfig, V1Status } from '@kubernetes/client-node';
import { Agent, request, type RequestOptions } from 'node:https';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { FIELD_MANAGER } from '../manifests/labels';
import {
  collectionPath,
  isOnlyCreated,
  isOwnCreation,
  objectPath,
  type KubeObject,
} from './kubeObjects';
import { giveUpOnSilence } from './silence';

/** A refused or failed request. */
export class KubeError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly causes: Array<{ field?: string; message?: string }>;

  constructor(
    code: number,
    reason: string,
    message: string,
    causes: Array<{ field?: string; message?: string }> = [],
  ) {
    super(message);
    this.name = 'KubeError';
    this.code = code;
    this.reason = reason;
    this.causes = causes;
  }
}

interface Call {
  method?: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal;
  /** Milliseconds of silence after which it is given up; 0 for no limit. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

const unreachable = (why: string) =>
  new KubeError(
    0,
    'Unreachable',
    `the Kubernetes API cannot be reached: ${why}`,
  );

/**
 * Whether a request may be sent once more: it met a kept connection that the server had closed as
 * idle, and doing it twice comes to the same. https://nodejs.org/api/http.html#requestreusedsocket
 */
const mayBeSentAgain = (outgoing: ClientRequest, error: Error) =>
  outgoing.reusedSocket &&
  outgoing.method !== 'POST' &&
  ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Calls the Kubernetes API. */
export class KubeApi {
  readonly #config: KubeConfig;
  #agent: Agent | HttpAgent | undefined;

  static create(config: KubeConfig): KubeApi {
    return new KubeApi(config);
  }

  private constructor(config: KubeConfig) {
    this.#config = config;
  }

  async #open(path: string, call: Call): Promise<IncomingMessage> {
    const cluster = this.#config.getCurrentCluster();
    if (!cluster)
      throw new KubeError(
        0,
        'NoCluster',
        'no Kubernetes cluster is configured',
      );
    const url = new URL(cluster.server.replace(/\/$/, '') + path);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const options: RequestOptions = { headers: {} };
    await this.#config.applyToHTTPSOptions(
      options as Parameters<KubeConfig['applyToHTTPSOptions']>[0],
    );
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    const secure = url.protocol === 'https:';
    this.#agent ??= secure
      ? new Agent({
          keepAlive: true,
          ca,
          cert,
          key,
          rejectUnauthorized,
          servername,
        })
      : new HttpAgent({ keepAlive: true });
    const body =
      call.body === undefined ? undefined : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? request : httpRequest)(
        url,
        {
          method: call.method ?? 'GET',
          agent: this.#agent,
          signal: call.signal,
          auth: options.auth ?? undefined,
          headers: {
            accept: 'application/json',
            'user-agent': FIELD_MANAGER,
            ...(options.headers as Record<string, string>),
            ...(body
              ? {
                  'content-type': call.contentType ?? 'application/json',
                  'content-length': Buffer.byteLength(body),
                }
              : {}),
          },
        },
        resolve,
      );
      const timeout = call.timeoutMs ?? TIMEOUT_MS;
      if (timeout) giveUpOnSilence(outgoing, timeout);
      outgoing.on('error', error => {
        if (call.signal?.aborted) reject(error);
        else if (mayBeSentAgain(outgoing, error))
          resolve(this.#open(path, call));
        else reject(unreachable(error.message));
      });
      outgoing.end(body);
    });
  }

  async #fail(response: IncomingMessage): Promise<never> {
    const body = await read(response);
    let status: V1Status = {};
    try {
      status = JSON.parse(body);
    } catch {
      // Not from an API server: its text is the message.
    }
    throw new KubeError(
      response.statusCode ?? 0,
      status.reason ?? response.statusMessage ?? 'Unknown',
      status.message ?? body.slice(0, 300),
      status.details?.causes,
    );
  }

  /** A request whose answer is JSON. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.#open(path, call);
    if ((response.statusCode ?? 500) >= 400) return this.#fail(response);
    return JSON.parse(await read(response)) as T;
  }

  /** A request whose answer is read as it comes. */
  async stream(path: string, call: Call = {}): Promise<IncomingMessage> {
    const response = await this.#open(path, { timeoutMs: 0, ...call });
    if ((response.statusCode ?? 500) >= 400) return this.#fail(response);
    return response;
  }

  /**
   * Makes an object where there is none of its name.
   *
   * @throws KubeError 409, `AlreadyExists`, where there is one
   */
  create<T extends KubeObject>(object: T): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    return this.json(
      collectionPath(
        apiVersion!,
        kind!,
        kind === 'Namespace' ? undefined : metadata!.namespace,
      ),
      {
        method: 'POST',
        body: object,
        query: { fieldManager: FIELD_MANAGER },
      },
    );
  }

  /**
   * Gives what this store made with {@link create} to its applies: fields that a later apply
   * leaves out would stay otherwise, as those of another manager.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply
   *
   * @param object - as it was read
   * @returns the object as it is afterwards; the same where there was nothing to do
   * @throws KubeError 409 where it was changed since it was read
   */
  async ownByApply<T extends KubeObject>(object: T): Promise<T> {
    if (!isOnlyCreated(object)) return object;
    const { managedFields = [], resourceVersion } = object.metadata!;
    return this.json(objectPath(object), {
      method: 'PATCH',
      contentType: 'application/json-patch+json',
      body: [
        {
          op: 'replace',
          path: '/metadata/managedFields',
          value: managedFields.map(entry =>
            isOwnCreation(entry) ? { ...entry, operation: 'Apply' } : entry,
          ),
        },
        {
          op: 'replace',
          path: '/metadata/resourceVersion',
          value: resourceVersion,
        },
      ],
      query: { fieldManager: FIELD_MANAGER },
    });
  }

  /** Applies an object, taking over fields that others own. */
  apply<T extends KubeObject>(object: T): Promise<T> {
    return this.json(objectPath(object), {
      method: 'PATCH',
      body: object,
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: FIELD_MANAGER, force: true },
    });
  }

  /** The object as it is; undefined where there is none. */
  async get<T extends KubeObject>(object: KubeObject): Promise<T | undefined> {
    try {
      return await this.json<T>(objectPath(object));
    } catch (error) {
      if (error instanceof KubeError && error.code === 404) return undefined;
      throw error;
    }
  }

  /**
   * Deletes the object that has this uid, and this version where one is named.
   *
   * @returns true where there is nothing (left) to delete
   */
  async delete(
    object: KubeObject,
    preconditions: { uid: string; resourceVersion?: string },
  ): Promise<boolean> {
    try {
      await this.json(objectPath(object), {
        method: 'DELETE',
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          preconditions,
        },
      });
      return false;
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.code === 404) return true;
      // Another object under the name, where no version was asked for: the one meant is gone.
      if (error.code === 409)
        return preconditions.resourceVersion === undefined;
      throw error;
    }
  }

  close(): void {
    this.#agent?.destroy();
  }
}

async function read(answer: IncomingMessage): Promise<string> {
  try {
    return await text(answer);
  } catch {
    throw unreachable('its answer stopped halfway');
  }
}
