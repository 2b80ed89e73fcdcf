/**
 * Policies that an admin lays over the tables (specification 3.7): they allow or
 * deny, and one denial outweighs everything. Each statement becomes a rule like
 * those of the tables, so that it decides and filters alike.
 *
 * The specification leaves actions and attributes open; those here are ours.
 */
import type { Actor } from './Actor';
import { ofActor, rule, type Condition, type Rule } from './rules';

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

/** How a kind of resource is spoken of in policies. */
export interface OverlayKind<R> {
  kind: string;
  ownerRef(resource: R): string | undefined;
  ownerColumn?: string;
  visibility?(resource: R): string;
  visibilityColumn?: string;
  lifecycle?(resource: R): string | undefined;
  lifecycleColumn?: string;
  /** Names by kind: an instance answers to its own id and to its app's name. */
  names: ReadonlyArray<{
    kind: string;
    of(resource: R): string | undefined;
    column?: string;
  }>;
}

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

/** A value of the resource compared with a text. */
function equals<R>(options: {
  text: string;
  value: string;
  of(resource: R): string | undefined;
  column?: string;
}): Condition<R> {
  const { column, value } = options;
  return {
    text: options.text,
    change: `This is for resources of which ${options.text}.`,
    holds: ({ resource }) => options.of(resource) === value,
    // What a kind has not got equals nothing.
    where: () => (column ? query => query.where(column, value) : false),
  };
}

function not<R>(condition: Condition<R>): Condition<R> {
  const { where } = condition;
  return {
    text: `not: ${condition.text}`,
    change: `This is not for resources of which ${condition.text}.`,
    holds: question => !condition.holds(question),
    where:
      where &&
      ((actor, settings) => {
        const inner = where(actor, settings);
        return typeof inner === 'function'
          ? query => query.whereNot(inner)
          : !inner;
      }),
  };
}

function any<R>(text: string, conditions: Condition<R>[]): Condition<R> {
  return {
    text,
    change: `This is for: ${text}.`,
    holds: question => conditions.some(each => each.holds(question)),
    where: (actor, settings) => {
      const parts = conditions.map(each => {
        if (!each.where) throw new Error(`"${each.text}" cannot filter a list`);
        return each.where(actor, settings);
      });
      if (parts.includes(true)) return true;
      const asked = parts.filter(part => typeof part === 'function');
      return (
        asked.length > 0 &&
        (query => asked.forEach(part => query.orWhere(part)))
      );
    },
  };
}

function attribute<R>(text: string, kind: OverlayKind<R>): Condition<R> {
  if (text.startsWith('!')) return not(attribute(text.slice(1), kind));
  if (text === 'is_full_access')
    return ofActor({
      text: 'you have full access',
      change: 'An admin adds you to a group with full access.',
      holds: actor => actor.fullAccess,
    });
  if (text === 'is_owner')
    return {
      text: 'you are its owner',
      change: 'Its owner does it.',
      holds: ({ actor, resource }) =>
        actor.userEntityRef !== '' &&
        kind.ownerRef(resource) === actor.userEntityRef,
      where: ({ userEntityRef }) =>
        userEntityRef !== '' &&
        kind.ownerColumn !== undefined &&
        (query => query.where(kind.ownerColumn!, userEntityRef)),
    };
  const [name, value] = text.split(/:(.*)/s);
  if (name === 'visibility')
    return equals({
      text,
      value,
      of: resource => kind.visibility?.(resource),
      column: kind.visibilityColumn,
    });
  return equals({
    text,
    value,
    of: resource => kind.lifecycle?.(resource),
    column: kind.lifecycleColumn,
  });
}

function resourceOf<R>(pattern: string, kind: OverlayKind<R>): Condition<R>[] {
  if (pattern === '*')
    return [ofActor({ text: 'any resource', change: '', holds: () => true })];
  const [of, value] = pattern.split(/:(.*)/s);
  return kind.names
    .filter(name => name.kind === of)
    .map(name =>
      equals({ text: pattern, value, of: name.of, column: name.column }),
    );
}

/** The rules that policies add to an action of a kind of resource. */
export function overlayRules<R>(
  policies: ReadonlyArray<IamPolicy>,
  kind: OverlayKind<R>,
  action: string,
): { allow: Rule<R>[]; deny: Rule<R>[] } {
  const rules = { allow: [] as Rule<R>[], deny: [] as Rule<R>[] };
  const names = new Set(['*', `${kind.kind}:*`, `${kind.kind}:${action}`]);
  for (const policy of policies) {
    const resources = policy.resources.flatMap(pattern =>
      resourceOf(pattern, kind),
    );
    if (!resources.length) continue;
    policy.statements.forEach((statement, index) => {
      if (!statement.actions.some(each => names.has(each))) return;
      rules[statement.effect].push(
        rule(
          `3.7 policy ${policy.name}, statement ${index + 1}`,
          ofActor({
            text: `you are one of ${statement.subjects.join(', ')}`,
            change: `You become one of ${statement.subjects.join(', ')}.`,
            holds: actor =>
              statement.subjects.some(each => subjectHolds(each, actor)),
          }),
          any(`the resource is ${policy.resources.join(', ')}`, resources),
          ...(statement.attributes ?? []).map(each => attribute(each, kind)),
        ),
      );
    });
  }
  return rules;
}
