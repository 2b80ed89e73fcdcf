/** What goes wrong, and the exit code that says so to scripts. */
import {
  AppStoreError,
  type ProblemOwner,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { BundleError } from '@ai-app-store/bundle';
import { CommanderError } from 'commander';

/** Exit codes; part of the command's interface. */
export const EXIT = {
  ok: 0,
  /** The store, or a check, said no. */
  refused: 1,
  /** The command was not understood. */
  usage: 2,
  notFound: 3,
  /** Not signed in, or not permitted. */
  notAllowed: 4,
  /** The store cannot be reached. */
  unreachable: 5,
  /** What is declared is not what is there. */
  differs: 6,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

/** A failure in words for the person at the terminal. */
export class CliError extends Error {
  readonly exitCode: number;
  readonly code: string;
  readonly remedy?: string;
  /** Whether the request may have arrived all the same. */
  readonly mayHaveArrived: boolean;
  /** Who can do something about it. */
  readonly owner?: ProblemOwner;
  /** Ids of what is there all the same. */
  readonly about?: Record<string, string>;

  constructor(
    message: string,
    options: {
      exitCode?: number;
      code?: string;
      remedy?: string;
      mayHaveArrived?: boolean;
      owner?: ProblemOwner;
      about?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.owner = options.owner;
    this.about = options.about;
    this.mayHaveArrived = options.mayHaveArrived ?? false;
    this.exitCode = options.exitCode ?? EXIT.refused;
    this.code = options.code ?? 'FAILED';
    this.remedy = options.remedy;
  }
}

/** A failure as it is told: words for a person, `--json` for a script. */
export interface Told {
  exitCode: number;
  code: string;
  message: string;
  remedy?: string;
  /** Who can do something about it. */
  owner?: ProblemOwner;
  /** Ids of what is there all the same. */
  about?: Record<string, string>;
  /** The access rule that decided. */
  rule?: string;
  /** Ways to be allowed; each lists all that would have to change. */
  wouldChange?: string[][];
  issues?: Array<{
    severity?: string;
    message: string;
    line?: number;
    column?: number;
    remedy?: string;
  }>;
}

/** The exit code of an answer of the store. */
function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return EXIT.notAllowed;
  if (status === 404) return EXIT.notFound;
  if (status === 502 || status === 503 || status === 504)
    return EXIT.unreachable;
  return EXIT.refused;
}

/** Of a connection that was there: what was sent may have been read. */
const BROKEN_OFF = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
]);

const NETWORK_CODES = new Set([
  'ENETUNREACH',
  'EPIPE',
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Why a request got no answer; undefined where something else went wrong. */
function networkReason(error: unknown): string | undefined {
  for (
    let e = error as { code?: string; cause?: unknown; errors?: unknown[] };
    e;
    e = (e.cause ?? e.errors?.[0]) as typeof e
  )
    if (e.code && NETWORK_CODES.has(e.code)) return e.code;
  // Whatever else keeps `fetch` from an answer, such as a port that it never asks.
  const { message, cause } = error as Error;
  return message === 'fetch failed' || message === 'terminated'
    ? (cause as Error | undefined)?.message ?? message
    : undefined;
}

/** Puts any failure into words; those without any are faults of ours. */
export function tell(error: unknown): Told {
  if (error instanceof CliError) {
    const { exitCode, code, message, remedy, owner, about } = error;
    return { exitCode, code, message, remedy, owner, about };
  }
  if (error instanceof AppStoreError) {
    const { status, code, detail, remedy, issues } = error.problem;
    const { owner, rule, wouldChange } = error.problem;
    return {
      exitCode: exitCodeOf(status),
      code,
      message: detail,
      remedy: status === 401 ? 'Sign in with `app-store login`.' : remedy,
      owner,
      rule,
      wouldChange,
      issues,
    };
  }
  if (error instanceof BundleError) {
    const { code, message, remedy, issues } = error;
    return { exitCode: EXIT.refused, code, message, remedy, issues };
  }
  if (error instanceof CommanderError)
    return {
      exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage,
      code: 'USAGE',
      message: error.message.replace(/^error: /, ''),
    };
  if ((error as Error)?.name === 'ExitPromptError')
    return {
      exitCode: EXIT.interrupted,
      code: 'INTERRUPTED',
      message: 'Nothing was changed.',
    };
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code && path)
    return {
      exitCode: EXIT.refused,
      code,
      message: `${path}: ${message}`,
      remedy: 'Check that file or directory, and try again.',
    };
  return {
    exitCode: EXIT.refused,
    code: 'FAILED',
    message: message ?? String(error),
    remedy:
      'This is a bug. Set APP_STORE_DEBUG=1 to see where it happens, and report it.',
  };
}

/** A request that got no answer, as a failure of the command; anything else as it is. */
export function asUnreachable(error: unknown, url: string): unknown {
  if (error instanceof CliError) return error;
  const reason = networkReason(error);
  return reason
    ? new CliError(`The store at ${url} cannot be reached (${reason}).`, {
        exitCode: EXIT.unreachable,
        code: 'UNREACHABLE',
        mayHaveArrived: BROKEN_OFF.has(reason),
        remedy:
          'Check that it is running and that the address is correct: `app-store config show`.',
      })
    : error;
}
