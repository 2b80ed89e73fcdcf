// What the programs of this directory hand to each other.
import type { ChildProcess, SpawnOptions } from 'node:child_process';

export interface RunOptions extends SpawnOptions {
  /** The output is returned, and not shown. */
  collect?: boolean;
  /** Is told every line of the output, which is not shown. */
  onLine?: (line: string) => void;
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
  /**
   * Node.js as a package of the registry, which needs no library of this machine: its directory.
   *
   * @throws Sentence where there is none for this machine
   */
  packagedNode(): Promise<string>;
  env: NodeJS.ProcessEnv;
  /** The directory of npm. */
  npm: string;
  yarn: Yarn;
  /** The registry that npm uses on this machine; empty where it says none. */
  registry(): Promise<string>;
}

/** What is installed: what `npm start` needs, or also what tests, checks and development do. */
export type Packages = 'portal' | 'all';

/** Without a word: all packages. */
export type Toolchain = (packages?: Packages) => Promise<Tools>;

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
