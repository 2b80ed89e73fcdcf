/** REST: what to do after a backup was restored. */
import type { CallerOf } from '../auth/Callers';
import type { HandlersOf } from '../http/operations';
import type { Recovery } from './Recovery';

/** What the handlers stand on. */
export interface RecoveryHandlerOptions {
  recovery: Recovery;
  callerOf: CallerOf;
}

export function recoveryHandlers({
  recovery,
  callerOf,
}: RecoveryHandlerOptions): HandlersOf<'getRecovery' | 'decideRecovery'> {
  return {
    async getRecovery(request, response) {
      response.json(await recovery.report(await callerOf(request)));
    },
    async decideRecovery(request, response) {
      const { decision, plan } = request.body;
      response.json(
        await recovery.decide(await callerOf(request), decision, plan),
      );
    },
  };
}
