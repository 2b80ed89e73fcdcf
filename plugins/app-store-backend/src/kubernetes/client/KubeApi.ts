/**
 * The Kubernetes API as the store uses it: few verbs, exact bodies, kept-alive
 * connections, every failure with the server's own reason.
 *
 * The typed client drops fields that it does not know and opens a connection for
 * each request; only its configuration (addresses, certificates, credentials) is
 * used here.
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { request } from 'node:https';
import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { FIELD_MANAGER } from '../manifests/labels';
import { Credentials } from './Credentials';
import { KubeError } from './KubeError';
import {
  collectionPath,
  hasForeignFields,
  isOnlyCreated,
  isOwnCreation,
  objectPath,
  withoutForeignFields,
  type KubeObject,
} from './kubeObjects';
import { giveUpOnSilence } from './silence';
import { verbOf } from './verb';

interface Call {
  method?: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
  /** @default 'application/json' */
  accept?: string;
  signal?: AbortSignal;
  /** Milliseconds of silence after which it is given up; 0 for no limit. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/**
 * Whether a request may be sent once more: it met a kept connection that the server had closed as
 * idle, and doing it twice comes to the same. https://nodejs.org/api/http.html#requestreusedsocket
 */
const mayBeSentAgain = (outgoing: ClientRequest, error: Error) =>
  outgoing.reusedSocket &&
  outgoing.method !== 'POST' &&
  ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');

/** A certificate or a token that is not valid any more, or not yet known here. */
const isStale = (error: unknown) =>
  error instanceof KubeError &&
  (error.code === 401 ||
    (error.code === 0 && /certificate|CERT_|self-signed/i.test(error.message)));

/** Calls the Kubernetes API. */
export class KubeApi {
  readonly #credentials: Credentials;
  readonly #onAnswer: (verb: string, code: number) => void;
  /** Requests that are to be answered soon, and since when: milliseconds since 1970. */
  readonly #pending = new Map<ClientRequest, number>();

  /**
   * @param reload - reads the configuration again, where it comes from a file
   * @param onAnswer - told of each request, in the words of RBAC, and of what was answered; 0 for nothing
   */
  static create(
    config: KubeConfig,
    reload?: () => KubeConfig,
    onAnswer: (verb: string, code: number) => void = () => {},
  ): KubeApi {
    return new KubeApi(new Credentials(config, reload), onAnswer);
  }

  private constructor(
    credentials: Credentials,
    onAnswer: (verb: string, code: number) => void,
  ) {
    this.#credentials = credentials;
    this.#onAnswer = onAnswer;
  }

  /** @throws KubeError where it is refused, or nothing is answered */
  async #open(path: string, call: Call): Promise<IncomingMessage> {
    try {
      return await this.#send(path, call);
    } catch (error) {
      // Renewed while the store runs: once more with what the files hold by now.
      if (!isStale(error) || !this.#credentials.renew()) throw error;
      return this.#send(path, call);
    }
  }

  async #send(path: string, call: Call): Promise<IncomingMessage> {
    const verb = verbOf(path, call);
    const response = await this.#request(path, call).catch(error => {
      this.#onAnswer(verb, 0);
      throw error;
    });
    this.#onAnswer(verb, response.statusCode ?? 0);
    if ((response.statusCode ?? 500) < 400) return response;
    throw KubeError.ofAnswer(response, await read(response));
  }

  async #request(path: string, call: Call): Promise<IncomingMessage> {
    const access = await this.#credentials.access();
    const url = new URL(access.server + path);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const body =
      call.body === undefined ? undefined : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const outgoing = (access.secure ? request : httpRequest)(
        url,
        {
          method: call.method ?? 'GET',
          agent: access.agent,
          signal: call.signal,
          auth: access.auth,
          headers: {
            accept: call.accept ?? 'application/json',
            'user-agent': FIELD_MANAGER,
            ...access.headers,
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
      if (timeout) {
        giveUpOnSilence(outgoing, timeout);
        this.#pending.set(outgoing, Date.now());
        outgoing.once('close', () => this.#pending.delete(outgoing));
      }
      outgoing.on('error', error => {
        if (call.signal?.aborted) reject(error);
        else if (mayBeSentAgain(outgoing, error))
          resolve(this.#request(path, call));
        else reject(KubeError.unreachable(error.message));
      });
      outgoing.end(body);
    });
  }

  /**
   * Waits no longer for what was asked before that, since the API is known to be silent. Whether it
   * was done is not known, as after any silence.
   *
   * @param ms - milliseconds
   */
  giveUp(ms: number): void {
    const before = Date.now() - ms;
    for (const [outgoing, since] of this.#pending)
      if (since <= before)
        outgoing.destroy(new Error(`no answer within ${ms} ms`));
  }

  /** A request whose answer is JSON. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    return JSON.parse(await read(await this.#open(path, call))) as T;
  }

  /** A request whose answer is read as it comes. */
  async stream(path: string, call: Call = {}): Promise<IncomingMessage> {
    return this.#open(path, { timeoutMs: 0, ...call });
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
    const { managedFields = [] } = object.metadata!;
    return this.#setManagedFields(
      object,
      managedFields.map(entry =>
        isOwnCreation(entry) ? { ...entry, operation: 'Apply' } : entry,
      ),
    );
  }

  /**
   * Takes over what others decided of an object that this store applies, so that its next apply
   * removes it.
   *
   * @param object - as it was read
   * @returns the object as it is afterwards; the same where there was nothing to do
   * @throws KubeError 409 where it was changed since it was read
   */
  async takeOver<T extends KubeObject>(object: T): Promise<T> {
    if (!hasForeignFields(object)) return object;
    return this.#setManagedFields(object, withoutForeignFields(object));
  }

  #setManagedFields<T extends KubeObject>(
    object: T,
    managedFields: unknown[],
  ): Promise<T> {
    const { resourceVersion } = object.metadata!;
    return this.json(objectPath(object), {
      method: 'PATCH',
      contentType: 'application/json-patch+json',
      body: [
        {
          op: 'replace',
          path: '/metadata/managedFields',
          value: managedFields,
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
   * @returns `gone` where there was nothing to delete, `changed` where it has another version by now
   */
  async delete(
    object: KubeObject,
    preconditions: { uid: string; resourceVersion?: string },
  ): Promise<'gone' | 'deleted' | 'changed'> {
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
      return 'deleted';
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.code === 404) return 'gone';
      // Another object under the name, where no version was asked for: the one meant is gone.
      if (error.code === 409)
        return preconditions.resourceVersion === undefined ? 'gone' : 'changed';
      throw error;
    }
  }

  close(): void {
    this.#credentials.close();
  }
}

async function read(answer: IncomingMessage): Promise<string> {
  try {
    return await text(answer);
  } catch {
    throw KubeError.unreachable('its answer stopped halfway');
  }
}
