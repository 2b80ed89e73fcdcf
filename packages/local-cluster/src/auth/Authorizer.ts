/**
 * Whether somebody may do something: role-based access control out of the objects in the store
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
 */
import { StatusError } from '../registry/errors';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';
import { accountOf, MASTERS, type User } from '../User';

/** What somebody wants to do with a resource. */
export interface ResourceAttributes {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

/** What somebody wants to do with a path that is no resource. */
export interface PathAttributes {
  verb: string;
  path: string;
}

/** A rule of a role, with what gave it. */
export interface GrantedRule {
  rule: Json;
  /** `RoleBinding "a/b" of Role "c" to User "d"`. */
  by: string;
}

/** What was decided. */
export interface Decision {
  allowed: boolean;
  reason?: string;
}

function covers(values: string[] | undefined, value: string): boolean {
  return Boolean(values?.includes('*') || values?.includes(value));
}

function allowsResource(rule: Json, asked: ResourceAttributes): boolean {
  const { verb, group, resource, subresource, name } = asked;
  const full = subresource ? `${resource}/${subresource}` : resource;
  return (
    covers(rule.verbs, verb) &&
    covers(rule.apiGroups, group) &&
    (covers(rule.resources, full) ||
      (subresource !== undefined &&
        Boolean(rule.resources?.includes(`*/${subresource}`)))) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  );
}

function allowsPath(rule: Json, { verb, path }: PathAttributes): boolean {
  return (
    covers(rule.verbs, verb) &&
    (rule.nonResourceURLs ?? []).some(
      (pattern: string) =>
        pattern === '*' ||
        pattern === path ||
        (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))),
    )
  );
}

/** How a binding names somebody; undefined where it does not. */
function subjectFor(
  subjects: Json[] | undefined,
  user: User,
  namespace: string | undefined,
): string | undefined {
  const account = accountOf(user.username);
  for (const { kind, name, namespace: own = namespace } of subjects ?? []) {
    if (kind === 'User' && name === user.username) return `User "${name}"`;
    if (kind === 'Group' && user.groups.includes(name))
      return `Group "${name}"`;
    if (
      kind === 'ServiceAccount' &&
      account?.name === name &&
      account?.namespace === own
    )
      return `ServiceAccount "${name}/${own}"`;
  }
  return undefined;
}

function refused(message: string, details: Json): StatusError {
  const error = new StatusError(403, 'Forbidden', message, details);
  error.isAboutUser = true;
  return error;
}

/** Decides by the roles and bindings in the store. */
export class Authorizer {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The rules that hold for somebody: those of the cluster first, then those of a namespace. */
  *rulesFor(user: User, namespace?: string): Generator<GrantedRule> {
    yield* this.#granted('clusterrolebindings', user);
    if (namespace) yield* this.#granted('rolebindings', user, namespace);
  }

  *#granted(
    plural: 'clusterrolebindings' | 'rolebindings',
    user: User,
    namespace?: string,
  ): Generator<GrantedRule> {
    for (const binding of this.#store.list(plural, namespace)) {
      const subject = subjectFor(binding.subjects, user, namespace);
      if (!subject) continue;
      const { kind, name } = binding.roleRef;
      const bound = namespace
        ? `${binding.metadata.name}/${namespace}`
        : binding.metadata.name;
      const by = `${binding.kind} ${JSON.stringify(
        bound,
      )} of ${kind} ${JSON.stringify(name)} to ${subject}`;
      for (const rule of this.rulesOf(binding, namespace) ?? [])
        yield { rule, by };
    }
  }

  /** The rules of the role that a binding names; undefined where there is no such role. */
  rulesOf(
    { roleRef }: KubeObject,
    namespace: string | undefined,
  ): Json[] | undefined {
    const role =
      roleRef.kind === 'ClusterRole'
        ? this.#store.get('clusterroles', undefined, roleRef.name)
        : this.#store.get('roles', namespace, roleRef.name);
    return role && (role.rules ?? []);
  }

  decide(user: User, asked: ResourceAttributes | PathAttributes): Decision {
    if (user.groups.includes(MASTERS)) return { allowed: true };
    const isPath = 'path' in asked;
    for (const { rule, by } of this.rulesFor(
      user,
      isPath ? undefined : asked.namespace,
    ))
      if (isPath ? allowsPath(rule, asked) : allowsResource(rule, asked))
        return { allowed: true, reason: `RBAC: allowed by ${by}` };
    return { allowed: false };
  }

  /** @throws StatusError 403 that says who may not do what */
  require(user: User, asked: ResourceAttributes | PathAttributes): void {
    if (this.decide(user, asked).allowed) return;
    const { username } = user;
    if ('path' in asked)
      throw refused(
        `forbidden: User ${JSON.stringify(username)} cannot ${
          asked.verb
        } path ${JSON.stringify(asked.path)}`,
        {},
      );
    const { verb, group, resource, subresource, namespace, name } = asked;
    const qualified = group ? `${resource}.${group}` : resource;
    const full = subresource ? `${resource}/${subresource}` : resource;
    throw refused(
      `${qualified}${
        name ? ` ${JSON.stringify(name)}` : ''
      } is forbidden: User ${JSON.stringify(
        username,
      )} cannot ${verb} resource ${JSON.stringify(
        full,
      )} in API group ${JSON.stringify(group)} ${
        namespace
          ? `in the namespace ${JSON.stringify(namespace)}`
          : 'at the cluster scope'
      }`,
      {
        ...(name ? { name } : {}),
        ...(group ? { group } : {}),
        kind: resource,
      },
    );
  }
}
