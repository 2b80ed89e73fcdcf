/** Secrets as people see them: who sees which, and who may see the values. */
import type {
  AppSecret,
  Page,
  SecretIdentity,
  SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { notFound, StoreError } from '../errors/StoreError';
import type { SecretCluster } from '../kubernetes/SecretCluster';
import type { Policy, SecretAction } from '../policy';
import type { SecretRepository } from './SecretRepository';
import type { SecretKey, SecretRecord } from './secretRows';

/** What the service stands on. */
export interface SecretServiceOptions {
  policy: Policy;
  audit: Audit;
  secrets: SecretRepository;
  cluster: SecretCluster;
}

/** Which secret is meant. @throws StoreError 400 for a parent of what has none */
export function secretKey(caller: Caller, identity: SecretIdentity): SecretKey {
  const { name, visibility = 'PRIVATE', parent } = identity;
  if (parent && visibility !== 'APP')
    throw new StoreError({
      status: 400,
      code: 'BAD_SECRET',
      message: `The secret ${JSON.stringify(
        name.slice(0, 80),
      )} is ${visibility}: only an APP secret has a parent.`,
      owner: 'you',
      remedy: 'Leave out the parent, or set visibility=APP.',
    });
  return {
    name,
    visibility,
    parent: visibility === 'APP' ? parent ?? '' : '',
    ownerRef: caller.userEntityRef,
  };
}

/** Lists, shows and reveals secrets, with the rights of the caller. */
export class SecretService {
  readonly #o: SecretServiceOptions;

  constructor(options: SecretServiceOptions) {
    this.#o = options;
  }

  /** A secret as the caller sees it. */
  present(caller: Caller, record: SecretRecord): AppSecret {
    const may = (action: SecretAction) =>
      this.#o.policy.decide('secret', action, caller, record).allowed;
    return {
      id: record.id,
      name: record.name,
      visibility: record.visibility,
      ...(record.parent ? { parent: record.parent } : {}),
      owner: record.ownerRef,
      keys: record.keys,
      state: record.state,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      revision: record.revision,
      can: {
        reveal: may('reveal'),
        update: may('update'),
        delete: may('delete'),
      },
    };
  }

  /** One page of secrets, without their values. */
  async list(
    caller: Caller,
    query: {
      visibility?: SecretVisibility;
      search?: string;
      limit?: number;
      cursor?: string;
    },
  ): Promise<Page<AppSecret>> {
    const { items, nextCursor } = await this.#o.secrets.list(caller, {
      ...query,
      limit: query.limit ?? 50,
    });
    if (!items.length)
      // Whoever may have none of any kind is told so.
      await this.#o.audit.assertAllowed(
        caller,
        'secret:list',
        this.#o.policy.decide('secret', 'read', caller, {
          name: '',
          ownerRef: caller.userEntityRef,
          visibility: caller.admin ? 'ALL_USERS' : 'PRIVATE',
        }),
        'Visitors have no secrets.',
      );
    return {
      items: items.map(record => this.present(caller, record)),
      nextCursor,
    };
  }

  /**
   * A secret with which the caller may do something.
   *
   * @throws StoreError 404 where it is not there or not to be seen, 403 otherwise
   */
  async require(
    caller: Caller,
    identity: SecretIdentity,
    action: SecretAction,
    context: AuditContext,
  ): Promise<SecretRecord> {
    const record = await this.#o.secrets.find(secretKey(caller, identity));
    if (!record) throw notFound('secret', identity.name);
    context.about(record);
    const decide = (which: SecretAction) =>
      this.#o.policy.decide('secret', which, caller, record);
    const decision = context.decided(decide(action));
    if (!decision.allowed && !decide('read').allowed)
      throw notFound('secret', identity.name);
    context.assertAllowed(
      decision,
      'You are not allowed to do this with the secret.',
    );
    return record;
  }

  /** A secret that the caller sees. */
  async record(
    caller: Caller,
    identity: SecretIdentity,
  ): Promise<SecretRecord> {
    return this.#o.audit.look(caller, 'secret:read', undefined, context =>
      this.require(caller, identity, 'read', context),
    );
  }

  async get(caller: Caller, identity: SecretIdentity): Promise<AppSecret> {
    return this.present(caller, await this.record(caller, identity));
  }

  /** The values by key, in base64. Each time is written down. */
  async reveal(
    caller: Caller,
    identity: SecretIdentity,
  ): Promise<Record<string, string>> {
    return this.#o.audit.run(
      caller,
      'secret:reveal',
      undefined,
      async context => {
        const record = await this.require(caller, identity, 'reveal', context);
        const data = await this.#o.cluster.read(record.id);
        if (!data)
          throw new StoreError({
            status: 404,
            code: 'SECRET_LOST',
            message:
              'The values of this secret no longer exist in the cluster.',
            owner: 'you',
            remedy: 'Replace them.',
          });
        return data;
      },
    );
  }
}
