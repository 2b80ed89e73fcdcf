/** REST: aliases. */
import type { CallerOf } from '../auth/Callers';
import type { AliasChanges } from './AliasChanges';
import type { AliasNames } from './AliasNames';
import type { AliasService } from './AliasService';
import type { HandlersOf } from '../http/operations';
import { revisionOf, sendRevision } from '../http/revisions';

export interface AliasHandlerOptions {
  aliases: AliasService;
  aliasChanges: AliasChanges;
  aliasNames: AliasNames;
  callerOf: CallerOf;
}

export function aliasHandlers(
  options: AliasHandlerOptions,
): HandlersOf<
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
  const { aliases, aliasChanges, aliasNames, callerOf } = options;
  return {
    async listAliases(request, response) {
      response.json(await aliases.list(await callerOf(request), request.query));
    },
    async createAlias(request, response) {
      const alias = await aliasChanges.create(
        await callerOf(request),
        request.body,
      );
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
      await aliasChanges.delete(await callerOf(request), request.params.id);
      response.status(204).end();
    },
    async assignAlias(request, response) {
      const alias = await aliasChanges.assign(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
    async unassignAlias(request, response) {
      const alias = await aliasChanges.unassign(
        await callerOf(request),
        request.params.id,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
    async promoteAlias(request, response) {
      const alias = await aliasChanges.promote(
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
      await aliasNames.free(await callerOf(request), request.params.id);
      response.status(204).end();
    },
    async undoAlias(request, response) {
      const alias = await aliasChanges.undo(
        await callerOf(request),
        request.params.id,
        revisionOf(request),
      );
      sendRevision(response, alias);
    },
  };
}
