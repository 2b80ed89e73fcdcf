/** REST: what is declared in repositories and files. */
import type { CallerOf } from '../auth/Callers';
import type { HandlersOf } from '../http/operations';
import type { DeclarationFiles } from './DeclarationFiles';
import type { DeclarationService } from './DeclarationService';

/** What the handlers stand on. */
export interface DeclarationHandlerOptions {
  declarations: DeclarationService;
  declarationFiles: DeclarationFiles;
  callerOf: CallerOf;
}

export function declarationHandlers(
  options: DeclarationHandlerOptions,
): HandlersOf<
  | 'listDeclarations'
  | 'getDeclaration'
  | 'planDeclaration'
  | 'acceptDeclaration'
  | 'applyDeclaration'
  | 'endDeclaration'
  | 'applyDeclarationFiles'
> {
  const { declarations, declarationFiles, callerOf } = options;
  return {
    async listDeclarations(request, response) {
      response.json(
        await declarations.list(await callerOf(request), request.query),
      );
    },
    async getDeclaration(request, response) {
      response.json(
        await declarations.get(await callerOf(request), request.params.id),
      );
    },
    async planDeclaration(request, response) {
      response.json(
        await declarations.plan(await callerOf(request), request.params.id),
      );
    },
    async acceptDeclaration(request, response) {
      response.json(
        await declarations.accept(
          await callerOf(request),
          request.params.id,
          request.body.digest,
        ),
      );
    },
    async applyDeclaration(request, response) {
      response.json(
        await declarations.apply(await callerOf(request), request.params.id),
      );
    },
    async endDeclaration(request, response) {
      await declarations.end(
        await callerOf(request),
        request.params.id,
        request.query,
      );
      response.status(204).end();
    },
    async applyDeclarationFiles(request, response) {
      response.json({
        items: await declarationFiles.apply(
          await callerOf(request),
          request.body as Parameters<DeclarationFiles['apply']>[1],
        ),
      });
    },
  };
}
