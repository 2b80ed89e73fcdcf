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
import { ANONYMOUS } from '../User';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** A write as webhooks are told of it. */
export interface Written {
  /** What would be stored; none where it would go. */
  object?: KubeObject;
  oldObject?: KubeObject;
  options: WriteOptions;
}

function covers(values: string[] | undefined, value: string): boolean {
  return Boolean(values?.includes('*') || values?.includes(value));
}

/** Whether a rule names a resource (`pods`, or all with `*`), or a subresource of it (`pods/status`, or all with `pods/*`). */
function namesResource(
  resources: string[] | undefined,
  plural: string,
  subresource: string | undefined,
): boolean {
  return Boolean(
    resources?.some(each => {
      const [of, part] = each.split('/');
      return (
        (of === '*' || of === plural) && (part === subresource || part === '*')
      );
    }),
  );
}

function isFor(
  hook: Json,
  operation: Operation,
  resource: Resource,
  subresource?: string,
): boolean {
  return (hook.rules ?? []).some(
    (rule: Json) =>
      covers(rule.operations, operation) &&
      covers(rule.apiGroups, resource.group) &&
      covers(rule.apiVersions, resource.version) &&
      namesResource(rule.resources, resource.plural, subresource) &&
      (!rule.scope ||
        rule.scope === '*' ||
        (rule.scope === 'Namespaced') === resource.namespaced),
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
  hasFor(
    operation: Operation,
    resource: Resource,
    subresource?: string,
  ): boolean {
    // What decides on webhooks is never asked of them, or nobody could take one away.
    if (resource.group === 'admissionregistration.k8s.io') return false;
    return this.#hooks().some(hook =>
      isFor(hook, operation, resource, subresource),
    );
  }

  /** @throws StatusError what a webhook denies with, 500 where one that has to be asked cannot be */
  async review(
    operation: Operation,
    resource: Resource,
    written: Written,
  ): Promise<void> {
    const { metadata } = (written.object ?? written.oldObject)!;
    const { namespace } = metadata;
    const labels = namespace
      ? this.#store.get('namespaces', undefined, namespace)?.metadata.labels
      : {};
    for (const hook of this.#hooks()) {
      if (!isFor(hook, operation, resource, written.options.subresource))
        continue;
      if (namespace && !matches(hook.namespaceSelector, labels)) continue;
      const isSelected = [written.object, written.oldObject].some(
        each => each && matches(hook.objectSelector, each.metadata.labels),
      );
      if (!isSelected) continue;
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
    const why = `failed calling webhook ${JSON.stringify(
      hook.name,
    )}: failed to call webhook: ${(error as Error).message}`;
    throw new StatusError(
      500,
      'InternalError',
      `Internal error occurred: ${why}`,
      { causes: [{ message: why }] },
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
  const { metadata } = (object ?? oldObject)!;
  const { username, uid, groups, extra } = options.user ?? ANONYMOUS;
  const typed = (each: KubeObject | undefined) =>
    each
      ? { ...each, apiVersion: apiVersionOf({ group, version }), kind }
      : null;
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      kind: { group, version, kind },
      resource: { group, version, resource: plural },
      requestKind: { group, version, kind },
      requestResource: { group, version, resource: plural },
      ...(options.subresource ? { subResource: options.subresource } : {}),
      name: metadata.name,
      namespace: metadata.namespace,
      operation,
      userInfo: { username, uid, groups, extra },
      object: typed(object),
      oldObject: typed(oldObject),
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
        // Of the whole call, however slowly it answers.
        signal: AbortSignal.timeout(timeoutMs),
        ca: caBundle && Buffer.from(caBundle, 'base64').toString('utf8'),
        headers: { 'content-type': 'application/json' },
      },
      answer => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', chunk => (text += chunk));
        answer.on('error', error =>
          reject(post(goNetworkError(error, target))),
        );
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
    case 'ABORT_ERR':
      return 'context deadline exceeded';
    default:
      return error.message;
  }
}
