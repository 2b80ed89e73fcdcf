/**
 * Writes of clients: what they grant is checked against what they may, and others' servers are asked
 * where a webhook configuration names them
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/).
 * What is looked at is what would be stored.
 */
import type { Webhooks } from '../admission/Webhooks';
import type { Authorizer } from './Authorizer';
import { assertMayGrant } from './escalation';
import { conflict } from '../registry/errors';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import type { PatchType, WriteOptions, WriteResult } from '../registry/verbs';
import type { Json, KubeObject } from '../types';
import type { User } from '../User';

/** How often a write is reviewed whose object changes during the review, as the real server tries a patch. */
const MOST_ATTEMPTS = 5;

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

  /**
   * First as a dry run where somebody reviews it, then for real, on what was reviewed: where the object
   * changes meanwhile, it is reviewed again.
   */
  async #write(
    resource: Resource,
    live: () => KubeObject | undefined,
    options: WriteOptions,
    write: (options: { dryRun?: boolean }) => WriteResult,
    allow: (before: KubeObject | undefined) => void = () => {},
  ): Promise<WriteResult> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const before = live();
      allow(before);
      await this.#review(resource, before, options, write);
      if (live()?.metadata.resourceVersion === before?.metadata.resourceVersion)
        return write({ dryRun: options.dryRun });
    }
    throw conflict(resource, live()?.metadata.name ?? '');
  }

  async #review(
    resource: Resource,
    before: KubeObject | undefined,
    options: WriteOptions,
    write: (options: { dryRun?: boolean }) => WriteResult,
  ): Promise<void> {
    const verb = before ? 'UPDATE' : 'CREATE';
    const { user } = options;
    const isGrant = resource.group === 'rbac.authorization.k8s.io';
    const isAsked = this.#webhooks.hasFor(verb, resource, options.subresource);
    if (!isAsked && !(user && isGrant)) return;
    const { object } = write({ dryRun: true });
    if (user)
      assertMayGrant(this.#authorizer, resource, { object, before, user });
    if (isAsked)
      await this.#webhooks.review(verb, resource, {
        object,
        oldObject: before,
        options,
      });
  }

  /** Who applies what is not there creates it. @throws StatusError 403 */
  #assertMayCreate(
    resource: Resource,
    namespace: string | undefined,
    user: User,
  ): void {
    this.#authorizer.require(user, {
      verb: 'create',
      group: resource.group,
      resource: resource.plural,
      namespace,
    });
  }

  /** Asks others' servers about a deletion, before it is done. */
  async reviewDeletion(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: Pick<WriteOptions, 'user' | 'dryRun'>,
  ): Promise<void> {
    if (!this.#webhooks.hasFor('DELETE', resource)) return;
    const oldObject = this.#live(resource, namespace, name);
    if (oldObject)
      await this.#webhooks.review('DELETE', resource, { oldObject, options });
  }

  #live(
    resource: Resource,
    namespace: string | undefined,
    name: string,
  ): KubeObject | undefined {
    return this.#registry.store.get(resource.plural, namespace, name);
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    body: Json,
    options: WriteOptions = {},
  ): Promise<WriteResult> {
    return this.#write(
      resource,
      () => undefined,
      options,
      as =>
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
    const live = () => this.#live(resource, namespace, name);
    return this.#write(resource, live, options, as =>
      this.#registry.update(resource, namespace, name, body, {
        ...options,
        ...as,
      }),
    );
  }

  async patch(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: Json,
    options: WriteOptions & { force?: boolean } = {},
  ): Promise<WriteResult> {
    const live = () => this.#live(resource, namespace, name);
    return this.#write(
      resource,
      live,
      options,
      as =>
        this.#registry.patch(resource, namespace, name, type, patch, {
          ...options,
          ...as,
        }),
      before => {
        if (type === 'apply' && options.user && !before)
          this.#assertMayCreate(resource, namespace, options.user);
      },
    );
  }
}
