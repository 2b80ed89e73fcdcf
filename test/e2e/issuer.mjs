/**
 * An OpenID Connect issuer in a process of its own, with made-up people and their roles
 * in a claim. The address of the portal comes as an argument, and, where
 * the issuer is not reached as localhost, its address and the files of its key and certificate; the parent sends people,
 * and is told when they are known. People sign in by their name alone.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { text } from 'node:stream/consumers';
// @ts-expect-error It comes without types.
import Provider from 'oidc-provider';

const [portalUrl, host = 'localhost', key, certificate] = process.argv.slice(2);
/** By the name with which they sign in; a name may pass to another subject. */
const people = new Map();
const client = { id: randomUUID(), secret: randomBytes(32).toString('hex') };
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ENTRANCE = '/entrance/';

const server = (
  key && certificate
    ? createSecureServer({
        key: readFileSync(key),
        cert: readFileSync(certificate),
      })
    : createServer()
).listen(0, host === 'localhost' ? '127.0.0.1' : host);
await once(server, 'listening');
const url = `${key ? 'https' : 'http'}://${host}:${
  /** @type {import('node:net').AddressInfo} */ (server.address()).port
}`;
const provider = new Provider(url, {
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [`${portalUrl}/api/auth/oidc/handler/frame`],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  jwks: {
    keys: [
      { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' },
    ],
  },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'realm_access'],
    email: ['email', 'email_verified'],
  },
  /**
   * @param {unknown} _
   * @param {string} subject
   */
  findAccount(_, subject) {
    const [login, person] =
      [...people].find(([, { sub }]) => sub === subject) ?? [];
    return (
      person && {
        accountId: subject,
        claims: () => ({
          sub: subject,
          name: person.name,
          preferred_username: login,
          email: `${login}@example.com`,
          email_verified: true,
          realm_access: { roles: person.roles },
        }),
      }
    );
  },
  // As in a company's issuer nobody is asked which of the portal's requests they allow, and a session can be refreshed.
  /** @param {any} context */
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  issueRefreshToken: async () => true,
  pkce: { required: () => false },
  interactions: {
    /**
     * @param {unknown} _
     * @param {{ uid: string }} interaction
     */
    url: (_, { uid }) => `${ENTRANCE}${uid}`,
  },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
  },
});

const answer = provider.callback();
server.on('request', async (request, response) => {
  if (!request.url?.startsWith(ENTRANCE)) {
    answer(request, response);
    return;
  }
  if (request.method === 'POST') {
    const login = new URLSearchParams(await text(request)).get('login');
    await provider.interactionFinished(request, response, {
      login: { accountId: people.get(login).sub },
    });
    return;
  }
  response
    .setHeader('content-type', 'text/html')
    .end(
      '<form method="post"><label>Login <input name="login"></label><button>Enter</button></form>',
    );
});

process.on('message', ({ login, person }) => {
  people.set(login, person);
  process.send?.({ known: login });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url, client });
