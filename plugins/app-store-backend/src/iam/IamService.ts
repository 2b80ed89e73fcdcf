/** Policies laid over the access rules (specification 3.7): kept, and in force. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { EventEmitter } from 'node:events';
import { revisionOf, type IamRepository } from './IamRepository';
import { isPolicyAction, type IamPolicy, type Policy } from '../policy';
import type { Audit, AuditContext } from '../audit/Audit';
import { personRef } from '../auth/personRef';
import type { Caller } from '../auth/Caller';
import { notFound, stale, StoreError } from '../errors/StoreError';

/** All policies, whether they count, and what tells them from those of before. */
export interface ListedPolicies {
  enabled: boolean;
  policies: IamPolicy[];
  revision: number;
}

/** The policies in force, in this process. */
export class IamPolicies {
  readonly #enabled: boolean;
  readonly #events = new EventEmitter();
  #text = '[]';
  #current: ReadonlyArray<IamPolicy> = [];

  constructor(options: { enabled: boolean }) {
    this.#enabled = options.enabled;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** The same array as long as they are the same. */
  get current(): ReadonlyArray<IamPolicy> {
    return this.#current;
  }

  /** Calls back where decisions may come out otherwise from now on. */
  onChange(listener: () => void): void {
    this.#events.on('change', listener);
  }

  /** Reads them anew; true where they changed. */
  async load(repository: IamRepository): Promise<boolean> {
    if (!this.#enabled) return false;
    const policies = await repository.list();
    const text = JSON.stringify(policies);
    if (text === this.#text) return false;
    this.#text = text;
    this.#current = policies;
    this.#events.emit('change');
    return true;
  }
}

/** A policy with a mistyped action would be in force and do nothing. */
function assertActions({ name, statements }: IamPolicy): void {
  const unknown = statements
    .flatMap(statement => statement.actions)
    .find(action => !isPolicyAction(action));
  if (unknown !== undefined)
    throw new StoreError({
      status: 400,
      code: 'NO_SUCH_ACTION',
      message: `The policy ${name} contains ${unknown}, which policies cannot decide.`,
      owner: 'you',
      remedy:
        'Use an action that "why" knows, such as instance:view_log, or all actions of a kind, such as instance:*. Policies cannot change what admins do to the whole store.',
    });
}

/** Lists, imports and deletes policies. */
export class IamService {
  readonly #policy: Policy;
  readonly #audit: Audit;
  readonly #repository: IamRepository;
  readonly #policies: IamPolicies;
  readonly #roleRef: (name: string) => string;
  readonly #logger: LoggerService;

  constructor(options: {
    policy: Policy;
    audit: Audit;
    repository: IamRepository;
    policies: IamPolicies;
    /** The ref that a role's name stands for. */
    roleRef: (name: string) => string;
    logger: LoggerService;
  }) {
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#repository = options.repository;
    this.#policies = options.policies;
    this.#roleRef = options.roleRef;
    this.#logger = options.logger;
  }

  #assert(caller: Caller, context: AuditContext): void {
    context.assertAllowed(
      this.#policy.decide('platform', 'manage_iam', caller, undefined),
      'Only admins can see and change policies.',
    );
  }

  /** Takes over what another replica changed. Where that fails, `backgroundTasks.ts` has it done again. */
  async reload(): Promise<void> {
    if (await this.#policies.load(this.#repository))
      this.#logger.info(
        `${this.#policies.current.length} access policies are in force`,
      );
  }

  async list(caller: Caller): Promise<ListedPolicies> {
    await this.#audit.look(caller, 'iam:read', undefined, async context =>
      this.#assert(caller, context),
    );
    const policies = await this.#repository.list();
    return {
      enabled: this.#policies.enabled,
      policies,
      revision: revisionOf(policies),
    };
  }

  async get(caller: Caller, name: string): Promise<IamPolicy> {
    await this.#audit.look(caller, 'iam:read', undefined, async context =>
      this.#assert(caller, context),
    );
    const found = await this.#repository.get(name);
    if (!found) throw notFound('policy', name);
    return found;
  }

  /**
   * Adds policies, or replaces those with the same name; with `replace` all others are deleted.
   *
   * @throws StoreError 400 for an action that there is not, 403, 412 where others put some in meanwhile
   */
  async import(
    caller: Caller,
    policies: IamPolicy[],
    options: { replace: boolean; revision?: number },
  ): Promise<ListedPolicies> {
    await this.#audit.run(caller, 'iam:import', undefined, async context => {
      this.#assert(caller, context);
      context.detail = {
        policies: policies.map(policy => policy.name),
        replace: options.replace,
      };
      policies.forEach(assertActions);
      const done = await this.#repository.put(
        policies.map(each => this.#withRefs(each)),
        { ...options, at: new Date().toISOString() },
      );
      if (!done) throw stale('list of policies');
      await this.reload();
    });
    return this.list(caller);
  }

  /** People and roles by their refs, as actors hold them. */
  #withRefs(policy: IamPolicy): IamPolicy {
    const refOf = (subject: string) => {
      if (subject.startsWith('role:'))
        return `role:${this.#roleRef(subject.slice('role:'.length))}`;
      return subject.startsWith('user:') ? personRef(subject) : subject;
    };
    return {
      ...policy,
      statements: policy.statements.map(statement => ({
        ...statement,
        subjects: statement.subjects.map(refOf),
      })),
    };
  }

  async delete(caller: Caller, name: string): Promise<void> {
    await this.#audit.run(caller, 'iam:delete', undefined, async context => {
      this.#assert(caller, context);
      context.resourceName = name;
      if (!(await this.#repository.delete(name)))
        throw notFound('policy', name);
      await this.reload();
    });
  }
}
