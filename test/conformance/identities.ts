/** Who sent a recorded request, and what they may: credentials are never in a recording. */
import { parseApiPath, type Exchange, type Json } from './recording';

/** `admin` holds the credentials of the cluster's administrator. */
export type Sender =
  | { who: 'admin' | 'anonymous' }
  | { who: 'as sent' }
  | { who: 'service account'; namespace: string; name: string };

const ACCOUNT = /system:serviceaccount:([-a-z0-9.]+):([-a-z0-9.]+)/;

/** The service account of a group's requests with a token, from what answers call it. */
function accountIn(group: Exchange[]): Sender | undefined {
  for (const { request, response } of group) {
    if (!isRedacted(request.headers)) continue;
    const match = ACCOUNT.exec(JSON.stringify(response.body ?? ''));
    if (match)
      return { who: 'service account', namespace: match[1], name: match[2] };
  }
  return undefined;
}

function isRedacted(headers: Record<string, string>): boolean {
  return /^Bearer REDACTED/.test(headers.Authorization ?? '');
}

export function senderOf(exchange: Exchange, group: Exchange[]): Sender {
  const { request, response } = exchange;
  if (isRedacted(request.headers)) return accountIn(group) ?? { who: 'admin' };
  if (request.headers.Authorization) return { who: 'as sent' };
  return /"message":"[^}]*User \\"system:anonymous\\"/.test(
    JSON.stringify(response.body ?? ''),
  )
    ? { who: 'anonymous' }
    : { who: 'admin' };
}

/** What everybody who is signed in may; the rest of a review's rules came by a role. */
const BASIC = ['authorization.k8s.io', 'authentication.k8s.io'];

/** The rules by which the service account of a group may what it was seen to do. */
export function rulesOf(group: Exchange[]): Json[] {
  const review = group.find(
    ({ response }) => response.body?.kind === 'SelfSubjectRulesReview',
  );
  if (review)
    return review.response.body.status.resourceRules.filter(
      (rule: Json) =>
        !rule.apiGroups.some((name: string) => BASIC.includes(name)),
    );
  return group.flatMap(({ request, response }) => {
    const at = parseApiPath(request.path);
    if (!at || !isRedacted(request.headers) || response.status >= 300)
      return [];
    return [
      {
        apiGroups: [
          at.apiVersion.includes('/') ? at.apiVersion.split('/')[0] : '',
        ],
        resources: [
          at.subresource ? `${at.plural}/${at.subresource}` : at.plural,
        ],
        verbs: ['*'],
      },
    ];
  });
}

/** The service account that a group speaks of, where it does. */
export function accountOf(
  group: Exchange[],
): Extract<Sender, { who: 'service account' }> | undefined {
  const found =
    accountIn(group) ??
    group.flatMap(({ request }): Sender[] => {
      const match = ACCOUNT.exec(request.headers['Impersonate-User'] ?? '');
      return match
        ? [{ who: 'service account', namespace: match[1], name: match[2] }]
        : [];
    })[0];
  return found?.who === 'service account' ? found : undefined;
}

/** Names of the role and the binding that a group's service account has its rights by. */
export function grantOf(group: Exchange[]): { binding: string; role: string } {
  const text = JSON.stringify(group.map(({ response }) => response.body));
  const match = /RoleBinding \\*"([^"\\/]+)\/[^"]*" of Role \\*"([^"\\]+)/.exec(
    text,
  );
  return match
    ? { binding: match[1], role: match[2] }
    : { binding: 'recorded', role: 'recorded' };
}

/** Paths that are no resource which the group's account may read beyond what everybody may. */
export function pathsOf(group: Exchange[]): Json[] {
  const review = group.find(
    ({ response }) => response.body?.kind === 'SelfSubjectRulesReview',
  );
  return (review?.response.body.status.nonResourceRules ?? []).filter(
    (rule: Json) => rule.nonResourceURLs.includes('/.well-known'),
  );
}
