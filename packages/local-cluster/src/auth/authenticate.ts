/**
 * Who sends a request: by a client certificate or a bearer token; and for whom they act
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/).
 */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '../registry/errors';
import type { Authorizer } from './Authorizer';
import type { Tokens } from './tokens';
import {
  accountGroups,
  accountOf,
  ANONYMOUS,
  AUTHENTICATED,
  type User,
} from '../User';

function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

/** The user of a client certificate that this cluster's authority signed. @throws StatusError 401 for others' certificates */
function certificateUser(request: IncomingMessage): User | undefined {
  const socket = request.socket as TLSSocket;
  if (!socket.authorized) {
    // Whoever shows one that is not good is nobody, and not anonymous.
    if (socket.getPeerCertificate()?.subject) throw unauthorized();
    return undefined;
  }
  const subject = socket.getPeerCertificate()?.subject as
    | { CN?: string; O?: string | string[] }
    | undefined;
  if (!subject?.CN) return undefined;
  const groups = ([] as string[]).concat(subject.O ?? []);
  return { username: subject.CN, groups: [...groups, AUTHENTICATED] };
}

/** @throws StatusError 401 for a token or certificate that is not valid */
async function sender(request: IncomingMessage, tokens: Tokens): Promise<User> {
  const byCertificate = certificateUser(request);
  if (byCertificate) return byCertificate;
  const header = request.headers.authorization;
  if (!header) return ANONYMOUS;
  const identity = /^Bearer\s/i.test(header)
    ? await tokens.identify(header.replace(/^Bearer\s+/i, ''))
    : undefined;
  if (!identity) throw unauthorized();
  const { username, uid, groups, extra } = identity;
  return { username, uid, groups, extra };
}

function headers(request: IncomingMessage, name: string): string[] {
  const value = request.headersDistinct[name];
  return value ?? [];
}

/** For whom somebody acts. @throws StatusError 403 where they may not */
function impersonated(
  request: IncomingMessage,
  user: User,
  authorizer: Authorizer,
): User {
  const [username] = headers(request, 'impersonate-user');
  const [uid] = headers(request, 'impersonate-uid');
  const groups = headers(request, 'impersonate-group');
  const extras = Object.entries(request.headersDistinct)
    .filter(([name]) => name.startsWith('impersonate-extra-'))
    .map(
      ([name, values]) =>
        [
          decodeURIComponent(name.slice('impersonate-extra-'.length)),
          values ?? [],
        ] as const,
    );
  if (!username) {
    if (!groups.length && !extras.length && !uid) return user;
    throw new StatusError(
      500,
      'InternalError',
      'Internal error occurred: requested [{Group  ' +
        `${groups.join(' ')}    }] without impersonating a user`,
    );
  }
  const account = accountOf(username);
  const check = (resource: string, name: string, namespace?: string) =>
    authorizer.require(user, {
      verb: 'impersonate',
      group: '',
      resource,
      name,
      namespace,
    });
  if (account) check('serviceaccounts', account.name, account.namespace);
  else check('users', username);
  for (const group of groups) check('groups', group);
  const ofUser = { verb: 'impersonate', group: 'authentication.k8s.io' };
  for (const [subresource, values] of extras)
    for (const name of values)
      authorizer.require(user, {
        ...ofUser,
        resource: 'userextras',
        subresource,
        name,
      });
  if (uid) authorizer.require(user, { ...ofUser, resource: 'uids', name: uid });
  const own = account && !groups.length ? accountGroups(account.namespace) : [];
  const all = new Set([...groups, ...own]);
  if (username === ANONYMOUS.username) all.add('system:unauthenticated');
  else all.add(AUTHENTICATED);
  return {
    username,
    ...(uid ? { uid } : {}),
    groups: [...all],
    ...(extras.length ? { extra: Object.fromEntries(extras) } : {}),
  };
}

/** @throws StatusError 401, 403 */
export async function authenticate(
  request: IncomingMessage,
  parts: { tokens: Tokens; authorizer: Authorizer },
): Promise<User> {
  const user = await sender(request, parts.tokens);
  return impersonated(request, user, parts.authorizer);
}
