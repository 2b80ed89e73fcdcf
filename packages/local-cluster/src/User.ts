/** Who sends a request. */
export interface User {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** Whoever shows nothing. */
export const ANONYMOUS: User = {
  username: 'system:anonymous',
  groups: ['system:unauthenticated'],
};

export const AUTHENTICATED = 'system:authenticated';
/** May everything, whatever roles say. */
export const MASTERS = 'system:masters';

/** The namespace and name of a service account; undefined for others. */
export function accountOf(
  username: string,
): { namespace: string; name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  return match ? { namespace: match[1], name: match[2] } : undefined;
}

/** Groups of a service account. */
export function accountGroups(namespace: string): string[] {
  return [
    'system:serviceaccounts',
    `system:serviceaccounts:${namespace}`,
    AUTHENTICATED,
  ];
}
