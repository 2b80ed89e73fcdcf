/** Policies laid over the access rules (specification 3.7): kept, and in force. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { revisionOf, type IamRepository } from '../database/IamRepository';
import { isPolicyAction, type IamPolicy, type Policy } from '../policy';
import type { Audit, Trail } from './Audit';
import { personRef } from '../identity/personRef';
import type { Caller } from './Caller';
import { notAllowed, notFound, stale, StoreError } from './StoreError';

/** All policies, whether they count, and what tells them from those of before. */
export interface ListedPolicies {
  enabled: boolean;
  policies: IamPolicy[];
  revision: number;
}

/** The policies in force, in this process. */
export class IamPolicies {
  readonly #enabled: boolean;
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

  /** Reads them anew; true where they changed. */
  async load(repository: IamRepository): Promise<boolean> {
    if (!this.#enabled) return false;
    const policies = await repository.list();
    const text = JSON.stringify(policies);
    if (text === this.#text) return false;
    this.#text = text;
    this.#current = policies;
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
      message: `The policy ${name} speaks of ${unknown}, which no policy decides.`,
      owner: 'you',
      remedy:
        'Name an action as "why" knows it, such as instance:view_log, or all of a kind, instance:*. What admins do to the store as a whole is fixed.',
    });
}

/** See the module's comment. */
export class IamService {
  readonly #policy: Policy;
  readonly #audit: Audit;
  readonly #repository: IamRepository;
  readonly #policies: IamPolicies;
  readonly #roleRef: (name: string) => string;
  readonly #onChange: () => void;
  readonly #logger: LoggerService;

  constructor(options: {
    policy: Policy;
    audit: Audit;
    repository: IamRepository;
    policies: IamPolicies;
    /** The ref that a role's name stands for. */
    roleRef: (name: string) => string;
    /** Told where decisions may come out otherwise from now on. */
    onChange: () => void;
    logger: LoggerService;
  }) {
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#repository = options.repository;
    this.#policies = options.policies;
    this.#roleRef = options.roleRef;
    this.#onChange = options.onChange;
    this.#logger = options.logger;
  }

  #assert(caller: Caller, trail: Trail): void {
    const decision = trail.decided(
      this.#policy.decide('platform', 'manage_iam', caller, undefined),
    );
    if (!decision.allowed)
      throw notAllowed('Only admins see and change policies.', decision);
  }

  /** Takes over what another replica changed. */
  async reload(): Promise<void> {
    if (await this.#policies.load(this.#repository)) {
      this.#logger.info(
        `${this.#policies.current.length} access policies are in force`,
      );
      this.#onChange();
    }
  }

  async list(caller: Caller): Promise<ListedPolicies> {
    await this.#audit.look(caller, 'iam:read', undefined, async trail =>
      this.#assert(caller, trail),
    );
    const policies = await this.#repository.list();
    return {
      enabled: this.#policies.enabled,
      policies,
      revision: revisionOf(policies),
    };
  }

  async get(caller: Caller, name: string): Promise<IamPolicy> {
    await this.#audit.look(caller, 'iam:read', undefined, async trail =>
      this.#assert(caller, trail),
    );
    const found = await this.#repository.get(name);
    if (!found) throw notFound('policy', name);
    return found;
  }

  /**
   * Puts policies in by their names; with `replace` there are no others afterwards.
   *
   * @throws StoreError 400 for an action that there is not, 403, 412 where others put some in meanwhile
   */
  async import(
    caller: Caller,
    policies: IamPolicy[],
    options: { replace: boolean; revision?: number },
  ): Promise<ListedPolicies> {
    await this.#audit.run(caller, 'iam:import', undefined, async trail => {
      this.#assert(caller, trail);
      trail.detail = {
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
    await this.#audit.run(caller, 'iam:delete', undefined, async trail => {
      this.#assert(caller, trail);
      trail.resourceName = name;
      if (!(await this.#repository.delete(name)))
        throw notFound('policy', name);
      await this.reload();
    });
  }
}
