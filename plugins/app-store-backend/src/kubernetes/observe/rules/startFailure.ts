/** A container that never began to run: its program cannot be started. */
import type { V1ContainerStateTerminated } from '@kubernetes/client-node';
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import type { Evidence } from '../Facts';
import { APP_CONTAINER } from '../../manifests/labels';
import { isPreparation } from '../pods';
import { plain } from '../words/plain';

/** Begins to be the runtime's own, and ends with what it is about. */
function reasonOf(message: string): string {
  return plain(message)
    .replace(/^.*unable to start container process: /, '')
    .replace(/: unknown$/, '')
    .trim();
}

/** How container runtimes quote a command: runc `exec: "x"`, crun `executable file \`x\``. */
const COMMAND = /exec:? ["`]([^"`]+)["`]|executable file ["`]([^"`]+)["`]/;

/** What the node lacks, and not the app: drivers, cgroups. */
const OF_NODE =
  /nvidia-container-cli|nvml error|libcuda|cgroup|error running (?:\S+ )?hook/i;
/** Not even the process that begins a container fits into its limit. */
export const NO_MEMORY =
  /cannot allocate memory|memory\.max|memory limit too low|container init was OOM-killed/i;

/** What a runtime says of a program that cannot be started; undefined where it speaks of something else. */
export function startProblem(
  evidence: Evidence[],
  message: string,
): Finding | undefined {
  const reason = reasonOf(message);
  const [, runc, crun] = COMMAND.exec(reason) ?? [];
  const command = runc ?? crun;
  if (command && /not found|no such file/i.test(reason))
    return found(evidence, 'COMMAND_NOT_FOUND', command);
  if (/open executable: permission denied/i.test(reason))
    return found(
      evidence,
      'NOT_EXECUTABLE',
      command ?? 'The command of the app',
    );
  if (command && /permission denied|is a directory/i.test(reason))
    return found(evidence, 'NOT_EXECUTABLE', command);
  if (/exec format error/i.test(reason))
    return found(evidence, 'WRONG_ARCHITECTURE', command ?? 'The command');
  if (/no command specified/i.test(reason))
    return found(
      evidence,
      'START_FAILED',
      'neither the app nor its image names a command',
    );
  return undefined;
}

/** Whether a container runs the image of a runtime version: its command is the runtime's. */
export function isRuntimes(look: Case, container: string): boolean {
  return (
    isPreparation(container) || (container === APP_CONTAINER && look.hasRuntime)
  );
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
  const evidence = [
    { source: look.source(`container ${container}, ${ended.reason}`), message },
  ];
  if (NO_MEMORY.test(message))
    return found(
      evidence,
      'MEMORY_TOO_SMALL',
      look.spec(container)?.resources?.limits?.memory ?? 'the app',
    );
  if (OF_NODE.test(message))
    return found(evidence, 'CONTAINER_REFUSED', reasonOf(message));
  const problem =
    startProblem(evidence, message) ??
    found(evidence, 'START_FAILED', reasonOf(message));
  return isRuntimes(look, container)
    ? found(evidence, 'RUNTIME_FAILED', problem.problem.message)
    : problem;
}
