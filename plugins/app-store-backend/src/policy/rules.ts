/**
 * Rules as data. A rule allows an action where all of its conditions hold; an
 * action is allowed where one of its rules does. A condition can be asked of one
 * resource and be put into a query, so that decisions and list filters come from
 * the same lines.
 */
import type { Knex } from 'knex';
import type { Actor } from './Actor';

/** Switches of the store that rules depend on. */
export interface PolicySettings {
  /** PUBLIC apps are listed for people who are not signed in (specification 3.1). */
  publicMode: boolean;
  /** Bundles may be downloaded (specification 3.3). */
  downloads: boolean;
  /** Of the admins, those who import apps of the marketplace; all of them where there are none (specification 2.1). */
  appImporters?: readonly string[];
  /** For whom tags without admin roles are (specification 3.5); everybody with full access by default. */
  emptyAdminRoles?: 'everyone' | 'admins';
}

/** Whether one actor may do something to one resource. */
export interface Question<R> {
  actor: Actor;
  resource: R;
  settings: PolicySettings;
}

/** A condition as part of a query: decided already, or to be asked of each row. */
export type Where = boolean | ((query: Knex.QueryBuilder) => void);

/** Something that has to hold. */
export interface Condition<R> {
  /** Completes "because …". */
  text: string;
  /** The sentence that says what would make it hold. */
  change: string;
  /** Nobody can make it hold: a way with it is named only where there is no other. */
  fixed?: true;
  holds(question: Question<R>): boolean;
  /** Absent where no list is filtered by it. */
  where?(actor: Actor, settings: PolicySettings): Where;
}

/** One way to be allowed. */
export interface Rule<R> {
  /** The place in the specification and the row: `3.1 full access`. */
  id: string;
  when: ReadonlyArray<Condition<R>>;
}

/** The rules of each action. */
export type RuleTable<A extends string, R> = Readonly<
  Record<A, ReadonlyArray<Rule<R>>>
>;

/** An answer, with the rule that gave it. */
export interface Decision {
  allowed: boolean;
  rule: string;
  /** What holds, for what is allowed. */
  because: string[];
  /** Ways to be allowed, nearest first; each lists all that would have to change. */
  wouldChange: string[][];
}

export function rule<R>(id: string, ...when: Condition<R>[]): Rule<R> {
  return { id, when };
}

/** A condition that lists can be filtered by. */
export type Filterable<R> = Condition<R> &
  Required<Pick<Condition<R>, 'where'>>;

/** A condition on the actor or the store's settings alone. */
export function ofActor<R>(
  condition: Pick<Condition<R>, 'text' | 'change' | 'fixed'> & {
    holds(actor: Actor, settings: PolicySettings): boolean;
  },
): Filterable<R> {
  return {
    text: condition.text,
    change: condition.change,
    fixed: condition.fixed,
    holds: ({ actor, settings }) => condition.holds(actor, settings),
    where: (actor, settings) => condition.holds(actor, settings),
  };
}

/** The first rule all of whose conditions hold. */
export function holding<R>(
  rules: ReadonlyArray<Rule<R>>,
  question: Question<R>,
): Rule<R> | undefined {
  return rules.find(({ when }) =>
    when.every(condition => condition.holds(question)),
  );
}

/** The first rule that allows, or why none does. */
export function decide<R>(
  table: string,
  rules: ReadonlyArray<Rule<R>>,
  question: Question<R>,
): Decision {
  const found = holding(rules, question);
  if (found)
    return {
      allowed: true,
      rule: found.id,
      because: found.when.map(condition => condition.text),
      wouldChange: [],
    };
  return {
    allowed: false,
    rule: `${table} nothing allows it`,
    because: [],
    wouldChange: waysTo(rules, question),
  };
}

/** What would have to change for each rule, nearest first; none that asks for more than another. */
function waysTo<R>(
  rules: ReadonlyArray<Rule<R>>,
  question: Question<R>,
): string[][] {
  const ways = rules.map(({ when }) =>
    when.filter(condition => !condition.holds(question)),
  );
  const open = ways.filter(way => !way.some(({ fixed }) => fixed));
  return (open.length ? open : ways)
    .map(way => way.map(({ change }) => change))
    .sort((a, b) => a.length - b.length)
    .filter(
      (way, place, all) =>
        !all
          .slice(0, place)
          .some(nearer => nearer.every(change => way.includes(change))),
    );
}

/** Rules as a condition of a query: the same rows as {@link decide} allows. */
export function whereAny<R>(
  rules: ReadonlyArray<Rule<R>>,
  actor: Actor,
  settings: PolicySettings,
): Where {
  const ways: Array<Array<(query: Knex.QueryBuilder) => void>> = [];
  for (const { id, when } of rules) {
    const parts = when.map(condition => {
      if (!condition.where)
        throw new Error(`${id}: "${condition.text}" cannot filter a list`);
      return condition.where(actor, settings);
    });
    if (parts.includes(false)) continue;
    const asked = parts.filter(part => typeof part === 'function');
    if (!asked.length) return true;
    ways.push(asked);
  }
  if (!ways.length) return false;
  return query => {
    for (const way of ways)
      query.orWhere(all => way.forEach(part => all.where(part)));
  };
}

/** Puts a condition into a query. */
export function apply(query: Knex.QueryBuilder, where: Where): void {
  if (where !== true) query.where(where as boolean);
}
