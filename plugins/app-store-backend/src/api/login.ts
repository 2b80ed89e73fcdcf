/** REST: signing in from a command line, and access tokens. */
import type { Request } from 'express';
import type Router from 'express-promise-router';
import { z } from 'zod';
import { StoreError } from '../service/StoreError';
import { MACHINE_DAYS_LIMIT, type TokenService } from '../service/TokenService';
import type { Callers } from '../identity/Callers';
import type { ActorOf } from './apps';

const label = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'holds a control character');
const DEFAULT_DAYS = 90;

export function addLoginRoutes(
  router: ReturnType<typeof Router>,
  options: {
    tokens: TokenService;
    actorOf: ActorOf;
    /** The access token that a request came with. */
    tokenOf: Callers['tokenOf'];
    /** The page on which a person says yes. */
    loginPage: string;
  },
): void {
  const { tokens, actorOf, tokenOf, loginPage } = options;

  router.post('/v1/login/device', async (request, response) => {
    const { client } = z.object({ client: label }).parse(request.body);
    const begun = await tokens.beginLogin(
      client,
      (request.ip ?? '').slice(0, 64),
    );
    response.json({
      ...begun,
      verificationUri: loginPage,
      verificationUriComplete: `${loginPage}?code=${begun.userCode}`,
    });
  });

  router.post('/v1/login/token', async (request, response) => {
    const { deviceCode } = z
      .object({ deviceCode: z.string().min(20).max(100) })
      .parse(request.body);
    const answer = await tokens.finishLogin(deviceCode);
    response
      .status(answer.state === 'pending' ? 202 : 200)
      .set('cache-control', 'no-store')
      .json(answer);
  });

  const assertPerson = async (request: Request) => {
    if ((await tokenOf(request))?.kind === 'machine')
      throw new StoreError({
        status: 403,
        code: 'NOT_FOR_MACHINES',
        message: 'The token of a machine has nothing to do with other tokens.',
        owner: 'you',
        remedy: 'Sign in as yourself with `app-store login`.',
      });
  };

  router.get('/v1/login/requests/:code', async (request, response) => {
    await actorOf(request);
    const { client, createdAt, expiresAt, userCode } = await tokens.findLogin(
      request.params.code.slice(0, 16),
    );
    response.json({ client, createdAt, expiresAt, userCode });
  });

  router.post('/v1/login/requests/:code', async (request, response) => {
    const actor = await actorOf(request);
    await assertPerson(request);
    const { allow } = z.object({ allow: z.boolean() }).parse(request.body);
    await tokens.answerLogin(
      actor.userEntityRef,
      request.params.code.slice(0, 16),
      allow,
    );
    response.status(204).end();
  });

  router.get('/v1/tokens', async (request, response) => {
    const { userEntityRef } = await actorOf(request);
    await assertPerson(request);
    response.json({ items: await tokens.list(userEntityRef) });
  });

  router.post('/v1/tokens', async (request, response) => {
    const { userEntityRef } = await actorOf(request);
    await assertPerson(request);
    const { name, kind, days } = z
      .object({
        name: label,
        kind: z.enum(['login', 'machine']).default('machine'),
        days: z
          .number()
          .int()
          .min(1)
          .max(MACHINE_DAYS_LIMIT)
          .default(DEFAULT_DAYS),
      })
      .parse(request.body);
    // A sign-in ends: it is not made longer by what it made.
    if (kind === 'login' && (await tokenOf(request)))
      throw new StoreError({
        status: 403,
        code: 'NOT_BY_TOKEN',
        message: 'A sign-in is made by signing in, not by a token.',
        owner: 'you',
        remedy: 'Run `app-store login`.',
      });
    response
      .status(201)
      .set('cache-control', 'no-store')
      .json(await tokens.create(userEntityRef, { name, kind, days }));
  });

  router.delete('/v1/tokens/:id', async (request, response) => {
    const { userEntityRef } = await actorOf(request);
    const current = await tokenOf(request);
    // `current`: the token that the request came with, which anybody may give up.
    if (request.params.id === 'current' && current)
      await tokens.revoke(userEntityRef, current.id);
    else {
      await assertPerson(request);
      await tokens.revoke(userEntityRef, request.params.id.slice(0, 36));
    }
    response.status(204).end();
  });
}
