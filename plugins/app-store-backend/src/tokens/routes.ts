/** REST: signing in from a command line, and access tokens. */
import type { CallerOf } from '../auth/Callers';
import type { TokenService } from './TokenService';
import type { HandlersOf } from '../http/operations';

const DEFAULT_DAYS = 90;

/** What the handlers stand on. */
export interface LoginHandlerOptions {
  tokens: TokenService;
  callerOf: CallerOf;
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
  const { tokens, callerOf, loginPage } = options;

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
      await tokens.answerLogin(
        caller,
        request.params.code.slice(0, 16),
        request.body.allow,
      );
      response.status(204).end();
    },

    async listTokens(request, response) {
      response.json({ items: await tokens.list(await callerOf(request)) });
    },

    async createToken(request, response) {
      const caller = await callerOf(request);
      const { name, kind = 'machine', days = DEFAULT_DAYS } = request.body;
      response
        .status(201)
        .set('cache-control', 'no-store')
        .json(await tokens.create(caller, { name: name.trim(), kind, days }));
    },

    async revokeToken(request, response) {
      const caller = await callerOf(request);
      await tokens.revoke(caller, request.params.id);
      response.status(204).end();
    },
  };
}
