/** Why what is no longer declared was kept. */
import { StoreError } from '../errors/StoreError';

/** It could not be ended. */
export function notLetGo(error: Error) {
  const { code = 'FAILED', remedy = 'End it in the store.' } = error as {
    code?: string;
    remedy?: string;
  };
  return {
    code: String(code),
    message: `It is no longer declared, and could not be ended: ${error.message.slice(
      0,
      300,
    )}`,
    owner: 'you' as const,
    remedy,
  };
}

/** Whether what failed may do so no longer in the next round. */
export function passes(error: Error): boolean {
  if (!(error instanceof StoreError)) return true;
  return (
    error.status >= 500 || ['APP_IN_USE', 'VOLUMES_KEPT'].includes(error.code)
  );
}

/** Most were gone at once. */
export function heldBack(missing: number, all: number) {
  return {
    code: 'REMOVAL_HELD',
    message: `It went together with most other declarations (${missing} of ${all}), so what it declared was kept, whatever is configured.`,
    owner: 'admin' as const,
    remedy:
      'If that is meant, end what it declared here. If not, it is declared again as soon as the catalog has it.',
  };
}
