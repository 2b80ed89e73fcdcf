/** REST: aliases. */
import type { CallerOf } from '../identity/Callers';
import type { AliasService } from '../service/AliasService';
import type { HandlersOf } from './operations';
import { revisionOf, sendRevision } from './preconditions';

export function aliasHandlers(options: {
  aliases: AliasService;
  callerOf: CallerOf;
}): HandlersOf<
  | 'listAliases'
  | 'createAlias'
  | 'getAlias'
  | 'deleteAlias'
  | 'assignAlias'
  | 'unassignAlias'
  | 'promoteAlias'
  | 'listAliasHistory'
  | 'undoAlias'
  | 'freeAlias'
> {
  const { aliases, callerOf } = options;
  return {
    async listAliases(request, response) {
      response.json(await aliases.list(await callerOf(request), request.query));
    },
    async createAlias(request, response) {
      const alias = await aliases.create(await callerOf(request), request.body);
      sendRevision(response, alias, 201);
    },
    async getAlias(request, response) {
      const alias = await aliases.get(
        await callerOf(request),
        request.params.id,
      );
      sendRevision(response, alias);
    },
    async deleteAlias(request, response) {
      await aliases.delete(await callerOf(request), request.params.id);
      response.status(204).end();
    },
    async assignAlias(request, response) {
      const alias = await aliases.assign(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
    async unassignAlias(request, response) {
      const alias = await aliases.unassign(
        await callerOf(request),
        request.params.id,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
    async promoteAlias(request, response) {
      const alias = await aliases.promote(
        await callerOf(request),
        request.params.id,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
    async listAliasHistory(request, response) {
      response.json(
        await aliases.history(
          await callerOf(request),
          request.params.id,
          request.query,
        ),
      );
    },
    async freeAlias(request, response) {
      await aliases.free(await callerOf(request), request.params.id);
      response.status(204).end();
    },
    async undoAlias(request, response) {
      const alias = await aliases.undo(
        await callerOf(request),
        request.params.id,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
  };
}
