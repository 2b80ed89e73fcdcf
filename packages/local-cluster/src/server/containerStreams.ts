/** What the node offers of running containers to exec, attach and port-forward. */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { KubeObject } from '../types';

/** The size of a terminal, in characters. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

/** A command in a container, or the container itself. */
export interface Session {
  /** Undefined where nothing reads. */
  stdin?: Writable;
  stdout: Readable;
  /** Undefined where it comes with the rest, as on a terminal. */
  stderr?: Readable;
  /** The exit code, once it has ended; undefined where only the session has. */
  ended: Promise<number | undefined>;
  resize?(size: TerminalSize): void;
  /** Ends the session, and what it started. */
  end(): void;
}

/** How a session is asked for. */
export interface SessionOptions {
  stdin: boolean;
  tty: boolean;
}

/** A container that runs. */
export interface RunningContainer {
  /** @throws StatusError 500 where the command cannot be started */
  exec(command: string[], options: SessionOptions): Promise<Session>;
  /** What the container itself writes from now on. @throws StatusError 404 where it has ended */
  attach(): Session;
}

/** Gives sessions in the containers of pods, and connections to their ports. */
export interface ContainerStreams {
  /**
   * @param name - may be left out where the pod has one
   * @throws StatusError 400, 404 where it does not run
   */
  container(pod: KubeObject, name: string | undefined): RunningContainer;
  /** @throws Error where nothing listens there */
  dial(pod: KubeObject, port: number): Promise<Duplex>;
}
