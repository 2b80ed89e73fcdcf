/**
 * Policies that an admin lays over the tables (specification 3.7): they allow or
 * deny, and one denial outweighs everything. Each statement becomes a rule like
 * those of the tables, so that it decides and filters alike.
 *
 * The specification leaves actions and attributes open; those here are ours.
 */
import type { ResourceKind as Kind } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Actor } from './Actor';
import { fullAccess, isRef, type Field } from './conditions';
import { ofActor, rule, type Filterable, type Rule } from './rules';

/** One statement. */
export interface IamStatement {
  effect: 'allow' | 'deny';
  /** `*` (who is signed in), `anonymous`, `user:<ref>`, `role:<ref>`, `is_full_access`, `!is_full_access`, `is_admin`, `!is_admin`; any. */
  subjects: string[];
  /** `instance:view_log`, `instance:*` or `*`; any. */
  actions: string[];
  /** `is_owner`, `visibility:PUBLIC`, `lifecycle:MANAGED`, `is_full_access`, each also with `!`; all. */
  attributes?: string[];
}

/** What `admin iam` keeps. */
export interface IamPolicy {
  name: string;
  /** `*`, `app:<name>` (with its instances), or `<kind>:<name or id>`; any. */
  resources: string[];
  statements: IamStatement[];
}

/** How a kind of resource is spoken of in policies. What it has not got equals nothing. */
export interface OverlayKind<R> {
  owner?: Field<R>;
  visibility?: Field<R>;
  lifecycle?: Field<R>;
  /** Names by kind: an instance answers to its own id and to its app's name. */
  names?: Partial<Record<Kind, Field<R>>>;
}

/** A condition without its words. */
type Part<R> = Pick<Filterable<R>, 'holds' | 'where'>;

function subjectHolds(subject: string, actor: Actor): boolean {
  const signedIn = actor.userEntityRef !== '';
  if (subject === '*') return signedIn;
  if (subject === 'anonymous') return !signedIn;
  if (subject === 'is_full_access') return actor.fullAccess;
  if (subject === '!is_full_access') return signedIn && !actor.fullAccess;
  if (subject === 'is_admin') return actor.admin;
  if (subject === '!is_admin') return signedIn && !actor.admin;
  if (subject.startsWith('role:'))
    return actor.roles.includes(subject.slice('role:'.length));
  return signedIn && subject === actor.userEntityRef;
}

/** What holds of everything, or of nothing. */
const always = (value: boolean): Part<unknown> => ({
  holds: () => value,
  where: () => value,
});

/** A value of the resource compared with a text. */
function equals<R>(field: Field<R> | undefined, value: string): Part<R> {
  return field
    ? {
        holds: ({ resource }) => field.of(resource) === value,
        where: () => query => query.where(field.column, value),
      }
    : always(false);
}

function not<R>(condition: Filterable<R>): Filterable<R> {
  return {
    text: `not: ${condition.text}`,
    change: `This rule is not for resources of which ${condition.text}.`,
    holds: question => !condition.holds(question),
    where: (actor, settings) => {
      const inner = condition.where(actor, settings);
      return query => query.whereNot(inner as boolean);
    },
  };
}

function any<R>(parts: Part<R>[]): Part<R> {
  return {
    holds: question => parts.some(part => part.holds(question)),
    where: (actor, settings) => {
      const wheres = parts.map(part => part.where(actor, settings));
      return (
        wheres.includes(true) ||
        (query => wheres.forEach(each => query.orWhere(each as boolean)))
      );
    },
  };
}

function attribute<R>(text: string, kind: OverlayKind<R>): Filterable<R> {
  if (text.startsWith('!')) return not(attribute(text.slice(1), kind));
  if (text === 'is_full_access') return fullAccess;
  if (text === 'is_owner') {
    const words = { text: 'you are its owner', change: 'Its owner can do it.' };
    return kind.owner
      ? isRef({ ...words, ...kind.owner })
      : { ...words, ...always(false) };
  }
  const [name, value] = text.split(/:(.*)/s);
  return {
    text,
    change: `This rule is only for resources of which ${text}.`,
    ...equals(name === 'visibility' ? kind.visibility : kind.lifecycle, value),
  };
}

function resourceOf<R>(pattern: string, kind: OverlayKind<R>): Part<R>[] {
  if (pattern === '*') return [always(true)];
  const [of, value] = pattern.split(/:(.*)/s);
  const field = kind.names?.[of as Kind];
  return field ? [equals(field, value)] : [];
}

/** The rules that policies add to an action of a kind of resource. */
export function overlayRules<R>(
  policies: ReadonlyArray<IamPolicy>,
  kind: Kind,
  speech: OverlayKind<R>,
  action: string,
): { allow: Rule<R>[]; deny: Rule<R>[] } {
  const rules = { allow: [] as Rule<R>[], deny: [] as Rule<R>[] };
  const names = new Set(['*', `${kind}:*`, `${kind}:${action}`]);
  for (const policy of policies) {
    const resources = policy.resources.flatMap(pattern =>
      resourceOf(pattern, speech),
    );
    if (!resources.length) continue;
    policy.statements.forEach((statement, index) => {
      if (!statement.actions.some(each => names.has(each))) return;
      rules[statement.effect].push(
        rule(
          `3.7 policy ${policy.name}, statement ${index + 1}`,
          ofActor({
            text: `you are one of ${statement.subjects.join(', ')}`,
            change: `You must be one of ${statement.subjects.join(', ')}.`,
            holds: actor =>
              statement.subjects.some(each => subjectHolds(each, actor)),
          }),
          {
            text: `the resource is ${policy.resources.join(', ')}`,
            change: `This rule is only for: ${policy.resources.join(', ')}.`,
            ...any(resources),
          },
          ...(statement.attributes ?? []).map(each => attribute(each, speech)),
        ),
      );
    });
  }
  return rules;
}
