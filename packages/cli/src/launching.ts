/** Launches and logs, followed as they go. */
import {
  AppStoreError,
  LAUNCH_STAGES,
  type AppInstance,
  type AppStoreApi,
  type LaunchStage,
  type RunRequest,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';
import { bar } from './output';
import { once } from './repeating';

const WORDS: Record<LaunchStage, string> = {
  accepted: 'accepted',
  scheduled: 'placed on a node',
  bundle: 'fetching the bundle',
  dependencies: 'installing dependencies',
  starting: 'starting',
  ready: 'ready',
};

/** How often a stream that broke off is begun anew before that counts. */
const ATTEMPTS = 10;
const PAUSE_MS = 1000;

/** What stays as it is until an admin has changed something. */
const REFUSED = ['CLUSTER_FORBIDDEN', 'CLUSTER_UNAUTHORIZED'];

/** A launch goes on, as far as is known. */
const goesOn = ({ status, terminating, suspending, problem }: AppInstance) =>
  !terminating &&
  !suspending &&
  (status === 'PENDING' ||
    (status === 'UNKNOWN' && !REFUSED.includes(problem?.code ?? '')));

/** Follows an instance until `done`, also over restarts of the store. */
async function watch(
  context: Context,
  api: AppStoreApi,
  id: string,
  options: {
    done: AbortSignal;
    onChange: (now: AppInstance) => void;
    onGone: () => void;
  },
): Promise<void> {
  const { done, ...handlers } = options;
  for (let broken = 0; !done.aborted; broken++) {
    try {
      await api.watchInstances({ id, signal: done, ...handlers });
    } catch (error) {
      if (done.aborted) return;
      const failure = context.asUnreachable(error);
      const away =
        failure instanceof CliError && failure.exitCode === EXIT.unreachable;
      const gone =
        failure instanceof AppStoreError && failure.problem.status === 404;
      if (gone) handlers.onGone();
      else if (!away || broken >= ATTEMPTS) throw failure;
    }
    // The stream begins with the state as it is.
    if (!done.aborted) await context.world.sleep(PAUSE_MS);
  }
}

/**
 * Waits until an instance runs, saying how far it is.
 *
 * @throws CliError where it fails, or ends
 */
export async function follow(
  context: Context,
  api: AppStoreApi,
  instance: AppInstance,
  signal?: AbortSignal,
): Promise<AppInstance> {
  const { output } = context;
  const settled = new AbortController();
  let last: AppInstance | undefined = instance;
  let told = 0;
  let toldProblem: string | undefined;
  const onChange = (now: AppInstance) => {
    last = now;
    if (!goesOn(now)) {
      settled.abort();
      return;
    }
    // Also where no terminal shows it beside the stage: whoever waits learns what for.
    if (
      !output.interactive &&
      now.problem &&
      now.problem.message !== toldProblem
    ) {
      toldProblem = now.problem.message;
      output.note(`! ${toldProblem} ${now.problem.remedy}`);
    }
    const reached = LAUNCH_STAGES.indexOf(now.stage ?? 'accepted');
    if (output.interactive)
      output.status(
        `${bar(reached / (LAUNCH_STAGES.length - 1))} ${
          WORDS[now.stage ?? 'accepted']
        }${now.problem ? `: ${now.problem.message}` : ''}`,
      );
    else
      for (; told < reached; told++)
        output.note(`… ${WORDS[LAUNCH_STAGES[told + 1]]}`);
  };
  onChange(instance);
  await watch(context, api, instance.id, {
    done: signal ? AbortSignal.any([signal, settled.signal]) : settled.signal,
    onChange,
    onGone: () => {
      last = undefined;
      settled.abort();
    },
  });
  if (last?.status === 'DEPLOYED' && !last.terminating) return last;
  const problem = last?.problem;
  throw new CliError(
    `The instance ${instance.id} is not running: ${
      problem?.message ??
      ((last?.status === 'SUSPENDED' || last?.suspending) && !last.terminating
        ? 'it was suspended'
        : 'it was terminated')
    }${problem?.detail ? `\n${problem.detail}` : ''}`,
    {
      code: problem?.code ?? 'GONE',
      remedy: problem?.remedy ?? 'Read its log with `app-store instance logs`.',
      owner: problem?.owner,
    },
  );
}

/**
 * Waits until a suspended instance has ended.
 *
 * @throws CliError where it does not, with the cause
 */
export async function followSuspended(
  context: Context,
  api: AppStoreApi,
  instance: AppInstance,
): Promise<AppInstance> {
  const settled = new AbortController();
  let last = instance;
  const onChange = (now: AppInstance) => {
    last = now;
    if (now.suspending && !now.problem)
      context.output.status('its app is told to end …');
    else settled.abort();
  };
  onChange(instance);
  await watch(context, api, instance.id, {
    done: settled.signal,
    onChange,
    onGone: () => settled.abort(),
  });
  if (!last.suspending || !last.problem) return last;
  throw new CliError(last.problem.message, {
    code: last.problem.code,
    remedy: last.problem.remedy,
    owner: last.problem.owner,
  });
}

/** Starts an instance, once, and waits until it runs unless told otherwise. */
export async function launch(
  context: Context,
  appId: string,
  request: RunRequest,
  options: { wait?: boolean } = {},
): Promise<AppInstance> {
  const api = context.api();
  const started = await once(context, idempotencyKey =>
    api.runApp(appId, request, { idempotencyKey }),
  );
  if (options.wait === false) return started;
  return followStarted(context, api, started);
}

/** Like {@link follow}; whoever no longer waits, or sees it fail, is told its id: it is there all the same. */
export async function followStarted(
  context: Context,
  api: AppStoreApi,
  instance: AppInstance,
): Promise<AppInstance> {
  const interrupted = new AbortController();
  const off = context.world.onInterrupt(() => interrupted.abort());
  try {
    return await follow(context, api, instance, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted)
      throw new CliError(
        'The command no longer waits. The instance continues to start.',
        {
          exitCode: EXIT.interrupted,
          code: 'INTERRUPTED',
          remedy: 'See it with `app-store instance get`.',
          about: { instanceId: instance.id },
        },
      );
    const told = error instanceof CliError ? error : undefined;
    if (!told) throw error;
    throw new CliError(told.message, {
      ...told,
      about: { ...told.about, instanceId: instance.id },
    });
  } finally {
    off();
  }
}

/** Prints an instance's output; to its end, or until `signal`. */
export async function printLogs(
  context: Context,
  api: AppStoreApi,
  id: string,
  query: {
    follow?: boolean;
    tail?: number;
    previous?: boolean;
    container?: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const decoder = new TextDecoder();
  const aside = context.output.aside();
  try {
    const response = await api.openLogs(id, query);
    for await (const chunk of response.body!)
      aside.write(decoder.decode(chunk as Uint8Array, { stream: true }));
    aside.write(decoder.decode());
  } catch (error) {
    if (query.signal?.aborted) return;
    // A log that breaks off is one that may no longer be read, or a store that is gone: it says so.
    if (query.follow && !(error instanceof AppStoreError))
      await api
        .openLogs(id, { ...query, follow: false, tail: 1 })
        .then(response => response.body?.cancel())
        .catch(reason => {
          throw context.asUnreachable(reason);
        });
    throw context.asUnreachable(error);
  } finally {
    aside.end();
  }
}
