/** REST: secrets. */
import type { SecretIdentity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { CallerOf } from '../auth/Callers';
import type { SecretChanges } from './SecretChanges';
import type { SecretService } from './SecretService';
import type { SecretUses } from './SecretUses';
import type { HandlersOf } from '../http/operations';
import { revisionOf, sendRevision } from '../http/revisions';

function identityOf(request: {
  params: { name: string };
  query: Omit<SecretIdentity, 'name'>;
}): SecretIdentity {
  return { name: request.params.name, ...request.query };
}

export interface SecretHandlerOptions {
  secrets: SecretService;
  secretChanges: SecretChanges;
  secretUses: SecretUses;
  callerOf: CallerOf;
}

export function secretHandlers(
  options: SecretHandlerOptions,
): HandlersOf<
  | 'listSecrets'
  | 'getSecret'
  | 'putSecret'
  | 'deleteSecret'
  | 'revealSecret'
  | 'getSecretUsage'
> {
  const { secrets, secretChanges, secretUses, callerOf } = options;
  return {
    async listSecrets(request, response) {
      response.json(await secrets.list(await callerOf(request), request.query));
    },
    async getSecret(request, response) {
      const secret = await secrets.get(
        await callerOf(request),
        identityOf(request),
      );
      sendRevision(response, secret);
    },
    async putSecret(request, response) {
      const { secret, created } = await secretChanges.put(
        await callerOf(request),
        identityOf(request),
        {
          data: request.body.data,
          encoding: request.body.encoding,
          revision: revisionOf(request),
          create: request.headers['if-none-match'] === '*',
        },
      );
      sendRevision(response, secret, created ? 201 : 200);
    },
    async deleteSecret(request, response) {
      await secretChanges.delete(await callerOf(request), identityOf(request));
      response.status(204).end();
    },
    async revealSecret(request, response) {
      const data = await secrets.reveal(
        await callerOf(request),
        identityOf(request),
      );
      response.set('cache-control', 'no-store').json({ data });
    },
    async getSecretUsage(request, response) {
      response.json(
        await secretUses.usage(await callerOf(request), identityOf(request)),
      );
    },
  };
}
