/**
 * Who may do what (specification section 3). Pure: an actor, an action and a
 * resource give a decision with the rule that made it, and the same rules give the
 * filters of lists. Services ask here; nothing else decides.
 */
import type { Knex } from 'knex';
import type { Actor } from './Actor';
import { KINDS, type Kind, type Kinds } from './kinds';
import { overlayRules, type IamPolicy } from './overlay';
import {
  apply,
  decide,
  holding,
  whereAny,
  type Decision,
  type PolicySettings,
  type Rule,
} from './rules';

interface Overlay<R> {
  allow: Rule<R>[];
  deny: Rule<R>[];
}

/** Decides by the rules, and filters lists by the same ones. */
export class Policy {
  readonly #settings: PolicySettings;
  readonly #policies: () => ReadonlyArray<IamPolicy>;
  /** Rules of policies, by kind and action, as long as those are in force. */
  readonly #overlays = new WeakMap<
    ReadonlyArray<IamPolicy>,
    Map<string, Overlay<never>>
  >();

  static create(options: {
    settings: PolicySettings;
    /** The policies laid over the tables; the same array as long as they are the same. */
    policies?: () => ReadonlyArray<IamPolicy>;
  }): Policy {
    return new Policy(options.settings, options.policies ?? (() => []));
  }

  private constructor(
    settings: PolicySettings,
    policies: () => ReadonlyArray<IamPolicy>,
  ) {
    this.#settings = settings;
    this.#policies = policies;
  }

  /** Whether policies of an admin are laid over the rules: they may hide anything from anybody. */
  get overlaid(): boolean {
    return this.#policies().length > 0;
  }

  #overlay<K extends Kind>(
    kind: K,
    action: Kinds[K]['action'],
  ): Overlay<Kinds[K]['facts']> {
    const table = KINDS[kind];
    const policies = this.#policies();
    if (!policies.length || table.fixed?.some(each => each === action))
      return { allow: [], deny: [] };
    let overlays = this.#overlays.get(policies);
    if (!overlays) {
      overlays = new Map();
      this.#overlays.set(policies, overlays);
    }
    const key = `${kind}:${action}`;
    let overlay = overlays.get(key) as Overlay<Kinds[K]['facts']> | undefined;
    if (!overlay) {
      overlay = overlayRules<Kinds[K]['facts']>(
        policies,
        kind,
        table.overlay as never,
        action,
      );
      overlays.set(key, overlay as never);
    }
    return overlay;
  }

  /** Whether an actor may do something to a resource. */
  decide<K extends Kind>(
    kind: K,
    action: Kinds[K]['action'],
    actor: Actor,
    resource: Kinds[K]['facts'],
  ): Decision {
    const table = KINDS[kind];
    const question = { actor, resource, settings: this.#settings };
    const { allow, deny } = this.#overlay(kind, action);
    const denying = holding(deny, question);
    if (denying)
      return {
        allowed: false,
        rule: denying.id,
        because: denying.when.map(({ text }) => text),
        wouldChange: [['An admin can change the policy that denies it.']],
      };
    const rules = table.rules[action] as ReadonlyArray<Rule<Kinds[K]['facts']>>;
    return decide(
      table.section(action as never),
      [...rules, ...allow],
      question,
    );
  }

  /** Restricts a query to the rows with which the actor may do something. */
  filter<K extends Kind>(
    kind: K,
    action: Kinds[K]['action'],
    actor: Actor,
    query: Knex.QueryBuilder,
  ): void {
    const { allow, deny } = this.#overlay(kind, action);
    const rules = KINDS[kind].rules[action] as ReadonlyArray<
      Rule<Kinds[K]['facts']>
    >;
    apply(query, whereAny([...rules, ...allow], actor, this.#settings));
    const denied = whereAny(deny, actor, this.#settings);
    if (denied !== false) query.whereNot(denied as boolean);
  }
}
