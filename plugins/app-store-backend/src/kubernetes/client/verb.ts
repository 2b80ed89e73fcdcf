/** What a request asks for, in the words of RBAC. */

const VERBS: Record<string, string> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Of `/api/v1/namespaces/n/pods/p/log`, what comes after the group and its version, and the namespace. */
const RESOURCE =
  /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/(?=[^/]))?(.*)$/;

/** https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
export function verbOf(
  path: string,
  {
    method = 'GET',
    query = {},
  }: { method?: string; query?: { watch?: unknown } },
): string {
  if (VERBS[method]) return VERBS[method];
  if (query.watch) return 'watch';
  const [, resource = ''] = RESOURCE.exec(path) ?? [];
  return resource.includes('/') ? 'get' : 'list';
}
