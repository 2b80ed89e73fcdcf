/**
 * Nobody grants what they may not do themselves, unless they may `escalate` or `bind`
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping).
 */
import { equal } from '../apply/equal';
import { forbidden, notFound } from '../registry/errors';
import type { Resource } from '../registry/Resource';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import type { User } from '../User';
import type { Authorizer } from './Authorizer';

const GROUP = 'rbac.authorization.k8s.io';

function includesAll(
  has: string[] | undefined,
  value: string,
  also?: (each: string) => boolean,
): boolean {
  return Boolean(
    has?.some(each => each === '*' || each === value || also?.(each)),
  );
}

/** One rule in parts that name one thing of everything. */
function partsOf(rule: Json): Json[] {
  const verbs: string[] = rule.verbs ?? [];
  const paths = (rule.nonResourceURLs ?? []).flatMap((url: string) =>
    verbs.map(verb => ({ nonResourceURLs: [url], verbs: [verb] })),
  );
  const names: (string | undefined)[] = rule.resourceNames?.length
    ? rule.resourceNames
    : [undefined];
  const resources = (rule.apiGroups ?? []).flatMap((group: string) =>
    (rule.resources ?? []).flatMap((resource: string) =>
      names.flatMap(name =>
        verbs.map(verb => ({
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
          verbs: [verb],
        })),
      ),
    ),
  );
  return [...paths, ...resources];
}

function covers(own: Json, part: Json): boolean {
  if (!includesAll(own.verbs, part.verbs[0])) return false;
  if (part.nonResourceURLs) {
    const [url] = part.nonResourceURLs;
    return includesAll(
      own.nonResourceURLs,
      url,
      each => each.endsWith('*') && url.startsWith(each.slice(0, -1)),
    );
  }
  const [resource] = part.resources;
  return (
    includesAll(own.apiGroups, part.apiGroups[0]) &&
    includesAll(
      own.resources,
      resource,
      each => each.startsWith('*/') && resource.endsWith(each.slice(1)),
    ) &&
    (!own.resourceNames?.length ||
      (part.resourceNames !== undefined &&
        own.resourceNames.includes(part.resourceNames[0])))
  );
}

/** A rule as Go prints it, short. */
function printed(part: Json): string {
  const list = (name: string, values?: string[]) =>
    values
      ? [`${name}:[${values.map(each => JSON.stringify(each)).join(' ')}]`]
      : [];
  return `{${[
    ...list('NonResourceURLs', part.nonResourceURLs),
    ...list('APIGroups', part.apiGroups),
    ...list('Resources', part.resources),
    ...list('ResourceNames', part.resourceNames),
    ...list('Verbs', part.verbs),
  ].join(', ')}}`;
}

/**
 * @param before - what the object was
 * @throws StatusError 403 where somebody grants what they may not, 404 where they bind a role that does
 *   not exist (it could be given any rules later)
 */
export function assertMayGrant(
  authorizer: Authorizer,
  resource: Resource,
  written: { object: KubeObject; before?: KubeObject; user: User },
): void {
  const { object, before, user } = written;
  if (resource.group !== GROUP) return;
  const { name, namespace } = object.metadata;
  const isBinding = resource.plural.endsWith('bindings');
  let rules: Json[] = object.rules ?? [];
  if (isBinding) {
    const { kind, name: role } = object.roleRef;
    const plural = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    const asked = { verb: 'bind', group: GROUP, resource: plural, name: role };
    if (authorizer.decide(user, { ...asked, namespace }).allowed) return;
    const found = authorizer.rulesOf(object, namespace);
    if (!found) throw notFound(resourceOf(plural), role);
    rules = found;
  } else {
    if (before && equal(before.rules ?? [], rules)) return;
    const { plural } = resource;
    const asked = { verb: 'escalate', group: GROUP, resource: plural, name };
    if (authorizer.decide(user, { ...asked, namespace }).allowed) return;
  }
  const own = [...authorizer.rulesFor(user, namespace)].map(each => each.rule);
  const missing = rules
    .flatMap(partsOf)
    .filter(part => !own.some(rule => covers(rule, part)));
  if (!missing.length) return;
  const groups = user.groups.map(each => JSON.stringify(each)).join(' ');
  throw forbidden(
    resource,
    name,
    `user ${JSON.stringify(
      user.username,
    )} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing
      .map(printed)
      .join('\n')}`,
  );
}
