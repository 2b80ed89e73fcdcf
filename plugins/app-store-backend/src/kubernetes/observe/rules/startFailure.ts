/** A container that never began to run: its program cannot be started. */
import type { V1ContainerStateTerminated } from '@kubernetes/client-node';
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';

/** Begins to be the runtime's own, and ends with what it is about. */
function reasonOf(message: string): string {
  return message
    .replace(/^.*unable to start container process: /s, '')
    .replace(/: unknown$/, '')
    .trim();
}

/**
 * @param container - its name
 * @param ended - how it ended, as the kubelet says
 */
export function startFailure(
  look: Case,
  container: string,
  ended: V1ContainerStateTerminated,
): Finding | undefined {
  if (!['StartError', 'ContainerCannotRun'].includes(ended.reason ?? ''))
    return undefined;
  const message = ended.message ?? '';
  const reason = reasonOf(message);
  const evidence = [
    { source: look.source(`container ${container}, ${ended.reason}`), message },
  ];
  const [, command] = /exec: "([^"]+)"/.exec(reason) ?? [];
  if (command && /not found|no such file/.test(reason))
    return found(evidence, 'COMMAND_NOT_FOUND', command);
  if (command && /permission denied|is a directory/.test(reason))
    return found(evidence, 'NOT_EXECUTABLE', command);
  if (/exec format error/.test(reason))
    return found(evidence, 'WRONG_ARCHITECTURE', command ?? 'The command');
  return found(evidence, 'START_FAILED', reason);
}
