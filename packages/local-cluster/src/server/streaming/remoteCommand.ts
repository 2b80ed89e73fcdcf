/**
 * Joins a session in a container to a client, however the client's streams come
 * (kubernetes' `remotecommand` protocol, version 4: the last word is a Status).
 */
import { pipeline } from 'node:stream/promises';
import type { Readable, Writable } from 'node:stream';
import type { Json } from '../../types';
import type { Session, TerminalSize } from '../containerStreams';

/** The client's side. */
export interface ClientStreams {
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  /** Calls back for each size of the client's terminal. */
  onResize?(resized: (size: TerminalSize) => void): void;
  /** Aborts when the client is gone. */
  gone: AbortSignal;
  /** Says how it ended, and that no more comes. */
  end(status: Json): void;
}

/** The Status of an exit code (`NonZeroExitCode`). */
function exitStatus(code: number | undefined): Json {
  if (!code) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** Carries what is written to either side over to the other, until the session or the client ends. */
export async function join(
  session: Session,
  client: ClientStreams,
): Promise<void> {
  const end = () => session.end();
  client.gone.addEventListener('abort', end);
  if (client.gone.aborted) end();
  client.onResize?.(size => session.resize?.(size));
  const quietly = (from: Readable, to: Writable) =>
    // Either side may leave first.
    pipeline(from, to, { end: false }).catch(() => {});
  if (client.stdin && session.stdin)
    pipeline(client.stdin, session.stdin).catch(() => {});
  const outputs = [
    client.stdout && quietly(session.stdout, client.stdout),
    session.stderr && client.stderr && quietly(session.stderr, client.stderr),
  ];
  // What nobody asked for must not keep the command waiting.
  if (!client.stdout) session.stdout.resume();
  if (!client.stderr) session.stderr?.resume();
  const code = await session.ended;
  await Promise.all(outputs);
  client.gone.removeEventListener('abort', end);
  client.end(exitStatus(code));
}
