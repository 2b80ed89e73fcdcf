/** REST: what was done and refused. */
import type { CallerOf } from '../auth/Callers';
import type { HandlersOf } from '../http/operations';
import type { AuditReader } from './AuditReader';

/** What the handlers stand on. */
export interface AuditHandlerOptions {
  auditReader: AuditReader;
  callerOf: CallerOf;
}

export function auditHandlers({
  auditReader,
  callerOf,
}: AuditHandlerOptions): HandlersOf<'listAudit'> {
  return {
    async listAudit(request, response) {
      response.json(
        await auditReader.list(await callerOf(request), request.query),
      );
    },
  };
}
