/** REST: signing in from a command line, and access tokens. */
import type { Request } from 'express';
import type { CallerOf, Callers } from '../identity/Callers';
import { StoreError } from '../service/StoreError';
import type { TokenService } from '../service/TokenService';
import type { HandlersOf } from './operations';

const DEFAULT_DAYS = 90;

/** What the handlers stand on. */
export interface LoginHandlerOptions {
  tokens: TokenService;
  callerOf: CallerOf;
  /** The access token that a request came with. */
  tokenOf: Callers['tokenOf'];
  /** The page on which a person says yes. */
  loginPage: string;
}

export function loginHandlers(
  options: LoginHandlerOptions,
): HandlersOf<
  | 'beginLogin'
  | 'finishLogin'
  | 'getLoginRequest'
  | 'answerLogin'
  | 'listTokens'
  | 'createToken'
  | 'revokeToken'
> {
  const { tokens, callerOf, tokenOf, loginPage } = options;

  const assertPerson = async (request: Pick<Request, 'headers'>) => {
    if ((await tokenOf(request))?.kind === 'machine')
      throw new StoreError({
        status: 403,
        code: 'NOT_FOR_MACHINES',
        message: 'The token of a machine has nothing to do with other tokens.',
        owner: 'you',
        remedy: 'Sign in as yourself with `app-store login`.',
      });
  };

  return {
    async beginLogin(request, response) {
      const begun = await tokens.beginLogin(
        request.body.client.trim(),
        (request.ip ?? '').slice(0, 64),
      );
      response.json({
        ...begun,
        verificationUri: loginPage,
        verificationUriComplete: `${loginPage}?code=${begun.userCode}`,
      });
    },

    async finishLogin(request, response) {
      const answer = await tokens.finishLogin(request.body.deviceCode);
      response
        .status(answer.state === 'pending' ? 202 : 200)
        .set('cache-control', 'no-store')
        .json(answer);
    },

    async getLoginRequest(request, response) {
      await callerOf(request);
      const { client, createdAt, expiresAt, userCode } = await tokens.findLogin(
        request.params.code.slice(0, 16),
      );
      response.json({ client, createdAt, expiresAt, userCode });
    },

    async answerLogin(request, response) {
      const caller = await callerOf(request);
      await assertPerson(request);
      await tokens.answerLogin(
        caller,
        request.params.code.slice(0, 16),
        request.body.allow,
      );
      response.status(204).end();
    },

    async listTokens(request, response) {
      const { userEntityRef } = await callerOf(request);
      await assertPerson(request);
      response.json({ items: await tokens.list(userEntityRef) });
    },

    async createToken(request, response) {
      const caller = await callerOf(request);
      await assertPerson(request);
      const { name, kind = 'machine', days = DEFAULT_DAYS } = request.body;
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
        .json(await tokens.create(caller, { name: name.trim(), kind, days }));
    },

    async revokeToken(request, response) {
      const caller = await callerOf(request);
      const current = await tokenOf(request);
      const { id } = request.params;
      // `current`: the token that the request came with, which anybody may give up.
      if (id === 'current' && current) await tokens.revoke(caller, current.id);
      else {
        await assertPerson(request);
        await tokens.revoke(caller, id);
      }
      response.status(204).end();
    },
  };
}
