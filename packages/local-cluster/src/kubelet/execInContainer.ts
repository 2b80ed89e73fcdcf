/** Commands beside a container's own, in the container as it runs: its files, its processes, its network. */
import { spawn } from 'node:child_process';
import { PassThrough, Writable, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type {
  Session,
  SessionOptions,
  TerminalSize,
} from '../server/containerStreams';
import type { Json } from '../types';
import { assertExecutable, StartError } from './executable';
import type { PodContext } from './PodContext';
import { signal } from './processes';
import type { Running, Spawn } from './runtime/Launch';
import { described } from './startInContainer';

/** How much of a probe's output is kept, in characters. */
const OUTPUT_LIMIT = 4096;
/** The exit code of what a signal ended is this much more than the signal's number. */
const SIGNALLED = 128;
const SIGKILL = 9;
const FIRST_SIZE: TerminalSize = { columns: 80, rows: 24 };

function commandIn(
  context: PodContext,
  spec: Json,
  running: Running,
  argv: string[],
): Spawn {
  const mounts = context.volumes.mounts(spec);
  return running.beside(described(context, spec, mounts, () => argv));
}

/** What is named by its path may be the container's own: that is seen when it starts. @throws Error in runc's words */
function assertOnPath(context: PodContext, spec: Json, name: string): void {
  if (name.includes('/')) return;
  const image = context.images.resolve(spec.image);
  const mounts = context.volumes.mounts(spec);
  try {
    assertExecutable(name, { image, mounts, path: undefined, workingDir: '/' });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new Error(
      `failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: ${error.why}: unknown`,
    );
  }
}

/** A command with streams. @throws Error where the container has ended */
export function openSession(
  context: PodContext,
  spec: Json,
  running: Running,
  argv: string[],
  options: SessionOptions,
): Session {
  assertOnPath(context, spec, argv[0]);
  const command = commandIn(context, spec, running, argv);
  return options.tty ? onTerminal(command) : onPipes(command, options.stdin);
}

function onPipes(
  { file, args, env, cwd }: Spawn,
  takesInput: boolean,
): Session {
  const child = spawn(file, args, {
    env,
    cwd,
    stdio: [takesInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    // A group of its own: what it started ends with it.
    detached: true,
  });
  const { stdin, stdout, stderr } = child;
  // A command may end before it has read everything.
  stdin?.on('error', () => {});
  const ended = new Promise<number>(resolve => {
    child.once('error', () => resolve(SIGNALLED));
    child.once('exit', code => resolve(code ?? SIGNALLED + SIGKILL));
  });
  return {
    stdin: stdin ?? undefined,
    stdout: stdout!,
    stderr: stderr!,
    ended,
    end: () => void (child.pid && signal(-child.pid, 'SIGKILL')),
  };
}

/** Loaded when somebody asks for a terminal: not every machine has a build of it. @throws Error */
function terminals(): typeof import('@lydell/node-pty') {
  try {
    return require('@lydell/node-pty');
  } catch (error) {
    throw new Error(
      `there are no pseudo-terminals for this system: ${
        (error as Error).message.split('\n')[0]
      }`,
    );
  }
}

/** On a pseudo-terminal of this machine. @throws Error where it has none */
function onTerminal({ file, args, env, cwd }: Spawn): Session {
  const { spawn: spawnPty } = terminals();
  const pty = spawnPty(file, args, {
    name: 'xterm',
    cols: FIRST_SIZE.columns,
    rows: FIRST_SIZE.rows,
    env: { TERM: 'xterm', ...env },
    cwd,
    encoding: null,
  });
  const stdout = new PassThrough();
  pty.onData(data => {
    // With no encoding these are bytes, whatever the types say.
    if (stdout.write(data as unknown as Buffer)) return;
    pty.pause();
    stdout.once('drain', () => pty.resume());
  });
  const ended = new Promise<number>(resolve =>
    pty.onExit(({ exitCode, signal: by }) => {
      stdout.end();
      resolve(by ? SIGNALLED + by : exitCode);
    }),
  );
  return {
    stdin: new Writable({
      write(chunk, _, done) {
        pty.write(chunk);
        done();
      },
    }),
    stdout,
    ended,
    resize: ({ columns, rows }) => pty.resize(columns, rows),
    end: () => signal(-pty.pid, 'SIGKILL'),
  };
}

async function beginning(stream: Readable | undefined): Promise<string> {
  return stream ? (await text(stream)).slice(0, OUTPUT_LIMIT) : '';
}

/**
 * Runs a command and waits for its end, which comes after `timeoutMs` at the latest, or when `signal`
 * aborts.
 */
export async function runInContainer(
  context: PodContext,
  spec: Json,
  running: Running,
  command: { argv: string[]; timeoutMs: number; signal: AbortSignal },
): Promise<{ code: number; output: string }> {
  const session = openSession(context, spec, running, command.argv, {
    stdin: false,
    tty: false,
  });
  const end = () => session.end();
  const timer = setTimeout(end, command.timeoutMs);
  command.signal.addEventListener('abort', end);
  try {
    const outputs = Promise.all([
      beginning(session.stdout),
      beginning(session.stderr),
    ]);
    const code = (await session.ended) ?? 0;
    // What it left behind.
    session.end();
    return { code, output: (await outputs).join('') };
  } finally {
    clearTimeout(timer);
    command.signal.removeEventListener('abort', end);
  }
}
