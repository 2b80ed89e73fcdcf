/**
 * Validating webhooks: servers of others that may forbid a write
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/).
 */
import { randomUUID } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { StatusError } from '../registry/errors';
import type { Resource } from '../registry/Resource';
import { apiVersionOf } from '../registry/resources';
import type { WriteOptions } from '../registry/verbs';
import type { ObjectStore } from '../store/ObjectStore';
import { matches } from '../store/selectors';
import type { Json, KubeObject } from '../types';

export type Operation = 'CREATE' | 'UPDATE';

/** A write as webhooks are told of it. */
export interface Written {
  object: KubeObject;
  oldObject?: KubeObject;
  options: WriteOptions;
}

function covers(values: string[] | undefined, value: string): boolean {
  return Boolean(values?.includes('*') || values?.includes(value));
}

function isFor(hook: Json, operation: Operation, resource: Resource): boolean {
  return (hook.rules ?? []).some(
    (rule: Json) =>
      covers(rule.operations, operation) &&
      covers(rule.apiGroups, resource.group) &&
      covers(rule.apiVersions, resource.version) &&
      covers(rule.resources, resource.plural),
  );
}

/** Asks others' servers. */
export class Webhooks {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  #hooks(): Json[] {
    return this.#store
      .list('validatingwebhookconfigurations')
      .flatMap(each => each.webhooks ?? []);
  }

  /** Whether anybody wants to be asked. */
  hasFor(operation: Operation, resource: Resource): boolean {
    // What decides on webhooks is never asked of them, or nobody could take one away.
    if (resource.group === 'admissionregistration.k8s.io') return false;
    return this.#hooks().some(hook => isFor(hook, operation, resource));
  }

  /** @throws StatusError what a webhook denies with, 500 where one that has to be asked cannot be */
  async review(
    operation: Operation,
    resource: Resource,
    written: Written,
  ): Promise<void> {
    const namespace = written.object.metadata.namespace;
    const labels = namespace
      ? this.#store.get('namespaces', undefined, namespace)?.metadata.labels
      : {};
    for (const hook of this.#hooks()) {
      if (!isFor(hook, operation, resource)) continue;
      if (namespace && !matches(hook.namespaceSelector, labels)) continue;
      if (!matches(hook.objectSelector, written.object.metadata.labels))
        continue;
      await ask(hook, operation, resource, written);
    }
  }
}

async function ask(
  hook: Json,
  operation: Operation,
  resource: Resource,
  written: Written,
): Promise<void> {
  let response: Json;
  try {
    ({ response } = await call(hook, reviewOf(operation, resource, written)));
    if (!response) throw new Error('webhook response is required');
  } catch (error) {
    if (hook.failurePolicy === 'Ignore') return;
    throw new StatusError(
      500,
      'InternalError',
      `Internal error occurred: failed calling webhook ${JSON.stringify(
        hook.name,
      )}: failed to call webhook: ${(error as Error).message}`,
      {
        causes: [
          {
            message: `failed calling webhook ${JSON.stringify(
              hook.name,
            )}: failed to call webhook: ${(error as Error).message}`,
          },
        ],
      },
    );
  }
  if (response.allowed) return;
  const { code = 403, reason, message } = response.status ?? {};
  const why = message || reason;
  throw new StatusError(
    code,
    reason,
    `admission webhook ${JSON.stringify(hook.name)} denied the request${
      why ? `: ${why}` : ' without explanation'
    }`,
  );
}

function reviewOf(
  operation: Operation,
  { group, version, kind, plural }: Resource,
  { object, oldObject, options }: Written,
): Json {
  const {
    username = 'system:serviceaccount:kube-system:replicaset-controller',
    groups = [],
  } = options.user ?? {};
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      kind: { group, version, kind },
      resource: { group, version, resource: plural },
      requestKind: { group, version, kind },
      requestResource: { group, version, resource: plural },
      name: object.metadata.name,
      namespace: object.metadata.namespace,
      operation,
      userInfo: { username, groups },
      object: { ...object, apiVersion: apiVersionOf({ group, version }), kind },
      oldObject: oldObject ?? null,
      dryRun: Boolean(options.dryRun),
      options: null,
    },
  };
}

/** Posts a review. @throws Error in the words of Go's HTTP client */
function call(hook: Json, review: Json): Promise<Json> {
  const { url, caBundle, service } = hook.clientConfig ?? {};
  const target = new URL(
    url ??
      `https://${service?.name}.${service?.namespace}.svc:${
        service?.port ?? 443
      }${service?.path ?? ''}`,
  );
  const timeoutMs = (hook.timeoutSeconds ?? 10) * 1000;
  target.searchParams.set('timeout', `${timeoutMs / 1000}s`);
  const post = (why: string) => new Error(`Post "${target.href}": ${why}`);
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      target,
      {
        method: 'POST',
        timeout: timeoutMs,
        ca: caBundle && Buffer.from(caBundle, 'base64').toString('utf8'),
        headers: { 'content-type': 'application/json' },
      },
      answer => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', chunk => (text += chunk));
        answer.on('error', error => reject(post(error.message)));
        answer.on('end', () => {
          try {
            resolve(JSON.parse(text));
          } catch {
            reject(
              new Error(
                `the server responded with the status code ${answer.statusCode} but did not send more information`,
              ),
            );
          }
        });
      },
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(Object.assign(new Error(), { code: 'TIMEOUT' })),
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      reject(post(goNetworkError(error, target))),
    );
    outgoing.end(JSON.stringify(review));
  });
}

function goNetworkError(error: NodeJS.ErrnoException, target: URL): string {
  const address = `${target.hostname}:${target.port || 443}`;
  switch (error.code) {
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${target.hostname}: no such host`;
    case 'TIMEOUT':
      return 'context deadline exceeded';
    default:
      return error.message;
  }
}
