/** Commands beside a container's own, in the container as it runs: its files, its processes, its network. */
import { spawn } from 'node:child_process';
import { write } from 'node:fs';
import { PassThrough, Writable, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** How much of a probe's output is kept, in characters. */
const OUTPUT_LIMIT = 4096;
/** The exit code of what a signal ended is this much more than the signal's number. */
const SIGNALLED = 128;
const SIGKILL = 9;
const FIRST_SIZE: TerminalSize = { columns: 80, rows: 24 };

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

/** A command with streams. @throws Error where the container has ended, or has no such command */
export async function openSession(
  context: PodContext,
  spec: Json,
  running: Running,
  argv: string[],
  options: SessionOptions,
): Promise<Session> {
  assertOnPath(context, spec, argv[0]);
  await running.entered;
  const command = running.beside(argv);
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
  let isOver = false;
  const ended = new Promise<number>(resolve =>
    pty.onExit(({ exitCode, signal: by }) => {
      isOver = true;
      stdout.end();
      resolve(by ? SIGNALLED + by : exitCode);
    }),
  );
  return {
    stdin: new Writable({
      write(chunk: Buffer, _, done) {
        writeToTerminal(
          (pty as unknown as { fd: number }).fd,
          chunk,
          () => isOver,
          done,
        );
      },
    }),
    stdout,
    ended,
    resize({ columns, rows }) {
      try {
        if (!isOver) pty.resize(columns, rows);
      } catch {
        // It has ended meanwhile.
      }
    },
    end: () => signal(-pty.pid, 'SIGKILL'),
  };
}

/** How long a terminal that takes no more is waited for, in milliseconds. */
const FULL_MS = 20;

/** Not by the library: its own write never returns where nobody reads what was typed. */
function writeToTerminal(
  fd: number,
  data: Buffer,
  isOver: () => boolean,
  done: () => void,
): void {
  if (!data.length || isOver()) {
    done();
    return;
  }
  write(fd, data, (error, written) => {
    if (error && error.code !== 'EAGAIN') done();
    else if (error)
      setTimeout(() => writeToTerminal(fd, data, isOver, done), FULL_MS);
    else writeToTerminal(fd, data.subarray(written), isOver, done);
  });
}

/** The first of what a stream gives; the rest is read and forgotten. */
function beginning(stream: Readable | undefined): () => string {
  let text = '';
  stream
    ?.setEncoding('utf8')
    .on('error', () => {})
    .on('data', (chunk: string) => {
      text += chunk.slice(0, OUTPUT_LIMIT - text.length);
    });
  return () => text;
}

/** How long output is waited for that a command wrote last, in milliseconds. */
const LAST_OUTPUT_MS = 50;

/**
 * Runs a command and waits for its end, which comes after `timeoutMs` at the latest, or when `signal`
 * aborts.
 *
 * @throws Error where the container has ended
 */
export async function runInContainer(
  context: PodContext,
  spec: Json,
  running: Running,
  command: { argv: string[]; timeoutMs: number; signal: AbortSignal },
): Promise<{ code: number; output: string }> {
  const session = await openSession(context, spec, running, command.argv, {
    stdin: false,
    tty: false,
  });
  const outputs = [session.stdout, session.stderr].map(beginning);
  const end = () => session.end();
  const timer = setTimeout(end, command.timeoutMs);
  command.signal.addEventListener('abort', end);
  if (command.signal.aborted) end();
  try {
    const code = (await session.ended) ?? 0;
    const streams = [session.stdout, session.stderr!];
    if (streams.some(stream => !stream.readableEnded))
      await sleep(LAST_OUTPUT_MS);
    // Processes that it started may hold its output open.
    end();
    streams.forEach(stream => stream.destroy());
    return { code, output: outputs.map(text => text()).join('') };
  } finally {
    clearTimeout(timer);
    command.signal.removeEventListener('abort', end);
  }
}
