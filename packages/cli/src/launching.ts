/** Imports, launches and logs, followed as they go. */
import {
  LAUNCH_STAGES,
  type AppInstance,
  type AppStoreApi,
  type ImportedApp,
  type LaunchStage,
  type RunRequest,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';
import { bar, bytes } from './output';
import { once } from './repeating';

const WORDS: Record<LaunchStage, string> = {
  accepted: 'accepted',
  scheduled: 'placed on a node',
  bundle: 'fetching the bundle',
  dependencies: 'installing dependencies',
  starting: 'starting',
  ready: 'ready',
};

/** How to import a bundle. */
export interface ImportFlags {
  visibility?: Visibility;
  setImage?: string;
  profile?: string;
  origin?: 'direct' | 'marketplace';
}

/** Sends a bundle to the store; once, however often the connection breaks. */
export async function importFile(
  context: Context,
  path: string,
  flags: ImportFlags,
): Promise<ImportedApp> {
  const { output } = context;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new CliError(`${path} is not a file.`, {
      exitCode: EXIT.notFound,
      code: 'NO_FILE',
      remedy: 'Name a .wave or .zip file; `app-store bundle` makes one.',
    });
  const { size } = found;
  const api = context.api({
    file: {
      path,
      size,
      onProgress: sent =>
        output.status(
          sent < size
            ? `uploading ${bar(sent / size)} ${bytes(sent)} of ${bytes(size)}`
            : 'uploaded; the store is checking it …',
        ),
    },
  });
  const imported = await once(context, idempotencyKey =>
    api.importApp(
      // What is sent is the file above; the client only wants to know that there is something.
      createReadStream(path).destroy() as unknown as BodyInit,
      {
        visibility: flags.visibility,
        origin: flags.origin,
        image: flags.setImage,
        profile: flags.profile,
        idempotencyKey,
      },
    ),
  );
  output.issues(imported.warnings);
  return imported;
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
  const done = new AbortController();
  let last = instance;
  let told = 0;
  const onChange = (now: AppInstance) => {
    last = now;
    if (now.status !== 'PENDING' || now.terminating) {
      done.abort();
      return;
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
  try {
    if (!done.signal.aborted)
      await api.watchInstances({
        id: instance.id,
        signal: signal ? AbortSignal.any([signal, done.signal]) : done.signal,
        onChange,
        onGone: () => done.abort(),
      });
  } catch (error) {
    if (!done.signal.aborted) throw error;
  }
  if (last.status === 'DEPLOYED') return last;
  const { problem } = last;
  throw new CliError(
    `The instance ${last.id} does not run: ${
      problem?.message ??
      (last.status === 'SUSPENDED' ? 'it was paused' : 'it was ended')
    }${problem?.detail ? `\n${problem.detail}` : ''}`,
    {
      code: problem?.code ?? 'GONE',
      remedy: problem?.remedy ?? 'Look at `app-store instance logs` of it.',
    },
  );
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
  try {
    return await follow(context, api, started);
  } catch (error) {
    // The instance is there, and its id is what one needs to look at it.
    context.output.note(`ID  ${started.id}`);
    throw error;
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
  const response = await api.openLogs(id, query);
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body!)
      context.output.aside(
        decoder.decode(chunk as Uint8Array, { stream: true }),
      );
  } catch (error) {
    if (!query.signal?.aborted) throw error;
  }
}
