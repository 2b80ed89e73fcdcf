// What the programs of this directory hand to each other.
import type { ChildProcess, SpawnOptions } from 'node:child_process';

export interface RunOptions extends SpawnOptions {
  /** The output is returned, and not shown. */
  collect?: boolean;
  /** A whole line at a time, beside another program's. */
  lines?: boolean;
  /** false: without stack traces and repetitions. */
  traces?: boolean;
}

export interface Ran {
  code: number;
  output: string;
}

/** Runs Yarn with these words. */
export type Yarn = (args: string[], options?: RunOptions) => Promise<Ran>;

export interface Tools {
  /** The path of the Node.js to use. */
  node: string;
  env: NodeJS.ProcessEnv;
  /** The directory of npm. */
  npm: string;
  yarn: Yarn;
  /** The registry that npm uses on this machine; empty where it says none. */
  registry(): Promise<string>;
}

export type Toolchain = () => Promise<Tools>;

/** The command line of `npm start`, read. */
export interface Settings {
  port: number;
  gatewayPort: number;
  data: string;
  config: string[];
  reset: boolean;
  verbose: boolean;
  help: false;
}

/** A portal that was started. */
export interface Portal {
  child: ChildProcess;
  /** The last lines of its log. */
  tail: string[];
  logPath: string;
  /** What the local cluster keeps apart, in its words. */
  isolation: string | undefined;
}

/** Of one part of `npm test`. */
export interface Result {
  name: string;
  passed: number;
  failed: number;
}

/** Something that `npm test` runs, with what came of it. */
export type Job = () => Promise<Result[]>;
