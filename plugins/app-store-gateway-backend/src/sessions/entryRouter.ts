/** The portal's side of signing in to an app. */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import express, { type Request } from 'express';
import Router from 'express-promise-router';
import { z } from 'zod';
import { cookieValues } from './cookies';
import type { HandOff } from './HandOff';
import type { SessionStore } from './SessionStore';

const PASS_SECONDS = 30;
const STATE_LIMIT = 16_384;

const text = (max: number) => z.string().min(1).max(max);

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  throw new InputError(
    error.issues.map(i => `${i.path.join('.')}: ${i.message}`).join('; '),
  );
}

/**
 * Whether nobody but the portal sets cookies for its host: with https by `__Host-` (RFC 6265bis,
 * 4.1.3.2), on this machine since there is no domain above.
 */
function ownsCookies(portalUrl: URL): boolean {
  return (
    portalUrl.protocol === 'https:' ||
    ['localhost', '127.0.0.1', '[::1]'].includes(portalUrl.hostname)
  );
}

/** The routes by which the portal takes part in signing in to an app. */
export function createEntryRouter(options: {
  httpAuth: HttpAuthService;
  sessions: SessionStore;
  handOff: HandOff;
  /** The portal as browsers open it. */
  portalUrl: URL;
  /** Told who is about to come to which host, so that it is known by then whether they may. */
  onPass?(hostname: string, userEntityRef: string): void;
}): express.Router {
  const { httpAuth, sessions, handOff, portalUrl } = options;
  const secure = portalUrl.protocol === 'https:';
  const cookie = `${secure ? '__Host-' : ''}app-store-pass`;
  const person = async (request: Request) =>
    (await httpAuth.credentials(request, { allow: ['user'] })).principal
      .userEntityRef;
  const secretsOf = (request: Request) =>
    cookieValues(request.headers.cookie, cookie);

  const router = Router();
  router.use(express.json());
  // A signed-in person's page brings the state of an app's host and gets the way in.
  router.post('/v1/tickets', async (request, response) => {
    const userEntityRef = await person(request);
    const { state } = read(
      z.object({ state: text(STATE_LIMIT) }),
      request.body,
    );
    response.json(await handOff.exchange(state, userEntityRef));
  });
  // A signed-in person's page is about to open an app.
  router.post('/v1/passes', async (request, response) => {
    const userEntityRef = await person(request);
    const { url: address } = read(z.object({ url: text(8192) }), request.body);
    // Elsewhere somebody else's pass could be brought in by a planted cookie: the portal's page asks, as ever.
    if (!ownsCookies(portalUrl)) {
      response.json({ url: address });
      return;
    }
    const { url, secret } = await handOff.issuePass(
      address,
      userEntityRef,
      secretsOf(request),
    );
    options.onPass?.(new URL(url).hostname, userEntityRef);
    response.set('cache-control', 'no-store');
    response.cookie(cookie, secret, {
      path: '/',
      httpOnly: true,
      secure,
      // The browser comes back from the app's host, which is another site.
      sameSite: 'lax',
      maxAge: PASS_SECONDS * 1000,
    });
    response.json({ url });
  });
  // The browser that the app's host has sent back.
  router.get('/v1/enter', async (request, response) => {
    const query = z
      .object({ state: text(STATE_LIMIT), pass: text(128) })
      .safeParse(request.query);
    let location = new URL('/app-store', portalUrl).href;
    if (query.success)
      try {
        location = await handOff.exchangePass(
          query.data.state,
          query.data.pass,
          secretsOf(request),
        );
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        // The page says what is wrong with the state.
        location = handOff.enterPage(query.data.state);
      }
    response.set({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    response.redirect(303, location);
  });
  router.post('/v1/sign-out', async (request, response) => {
    await sessions.revokeAll(await person(request));
    response.status(204).end();
  });
  return router;
}
