/**
 * Writes of clients: what they grant is checked against what they may, and others' servers are asked
 * where a webhook configuration names them
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/).
 * What is looked at is what would be stored.
 */
import type { Webhooks } from '../admission/Webhooks';
import type { Authorizer } from '../auth/Authorizer';
import { assertMayGrant } from '../auth/escalation';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import type { PatchType, WriteOptions, WriteResult } from '../registry/verbs';
import type { Json, KubeObject } from '../types';

/** The writes of the {@link Registry} for requests of clients. Throws a {@link StatusError} if a rule, a precondition or a webhook refuses. */
export class ReviewedWrites {
  readonly #registry: Registry;
  readonly #webhooks: Webhooks;
  readonly #authorizer: Authorizer;

  constructor(options: {
    registry: Registry;
    webhooks: Webhooks;
    authorizer: Authorizer;
  }) {
    this.#registry = options.registry;
    this.#webhooks = options.webhooks;
    this.#authorizer = options.authorizer;
  }

  /** Whether others' servers want to be asked about new objects. */
  asksAbout(resource: Resource): boolean {
    return this.#webhooks.hasFor('CREATE', resource);
  }

  /** Does it for show first where somebody looks at it, then in earnest. */
  async #write(
    resource: Resource,
    before: KubeObject | undefined,
    options: WriteOptions,
    write: (options: { dryRun?: boolean }) => WriteResult,
  ): Promise<WriteResult> {
    const verb = before ? 'UPDATE' : 'CREATE';
    const { user } = options;
    const grants =
      user && resource.group === 'rbac.authorization.k8s.io' ? user : undefined;
    const isAsked = this.#webhooks.hasFor(verb, resource);
    if (grants || isAsked) {
      const { object } = write({ dryRun: true });
      if (grants)
        assertMayGrant(this.#authorizer, resource, {
          object,
          before,
          user: grants,
        });
      if (isAsked)
        await this.#webhooks.review(verb, resource, {
          object,
          oldObject: before,
          options,
        });
    }
    return write({ dryRun: options.dryRun });
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    body: Json,
    options: WriteOptions = {},
  ): Promise<WriteResult> {
    return this.#write(resource, undefined, options, as =>
      this.#registry.create(resource, namespace, body, { ...options, ...as }),
    );
  }

  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    options: WriteOptions = {},
  ): Promise<WriteResult> {
    const { store } = this.#registry;
    const before = store.get(resource.plural, namespace, name);
    return this.#write(resource, before, options, as =>
      this.#registry.update(resource, namespace, name, body, {
        ...options,
        ...as,
      }),
    );
  }

  patch(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: Json,
    options: WriteOptions & { force?: boolean } = {},
  ): Promise<WriteResult> {
    const { store } = this.#registry;
    const before = store.get(resource.plural, namespace, name);
    return this.#write(resource, before, options, as =>
      this.#registry.patch(resource, namespace, name, type, patch, {
        ...options,
        ...as,
      }),
    );
  }
}
