/** What can go wrong on purpose, and how it is written. */
import { parse } from 'yaml';
import { badRequest } from '../registry/errors';
import type { Json } from '../types';

/**
 * One fault. Those about requests hold for what `match` names, all requests by default.
 *
 * @public
 */
export interface Fault {
  /** The requests that it affects; all by default. */
  match?: {
    method?: string;
    /** A regular expression on the path. */
    path?: string;
    /** Watches only, or all but watches. */
    watch?: boolean;
    /** A regular expression on the `User-Agent`. */
    userAgent?: string;
  };
  /** How many requests it affects; all by default. */
  times?: number;
  /** Milliseconds before the answer. */
  latencyMs?: number;
  /** The status of the answer: 429, 500, 503. */
  status?: number;
  /** Its `Retry-After`, in seconds. */
  retryAfterSeconds?: number;
  /** Cuts the connection instead of an answer. */
  drop?: boolean;
  /** Cuts every open watch, once. */
  dropWatches?: boolean;
  /** Cuts every connection, once. */
  dropConnections?: boolean;
  /** Sends nothing on watches any more, and leaves them open. */
  halfOpenWatches?: boolean;
  /** Forgets what lists were, once: what goes on from an older version is 410. */
  compact?: boolean;
  /** Forgets what watches could start from, once, as a restart of the API server does. */
  forget?: boolean;
  /** Serves an expired certificate. */
  expiredCertificate?: boolean;
  /** Cuts the node off from the API: no status, no start and no end of a pod. */
  nodeLost?: boolean;
  /** What every pull of an image fails with. */
  failPulls?: string;
  /** Milliseconds that every pull takes. */
  slowPullMs?: number;
  /** What of the node pods may have: `{"memory": "1Gi"}`. */
  allocatable?: Record<string, string>;
}

const FORMS: Record<keyof Fault, string> = {
  match: 'object',
  times: 'number',
  latencyMs: 'number',
  status: 'number',
  retryAfterSeconds: 'number',
  drop: 'boolean',
  dropWatches: 'boolean',
  dropConnections: 'boolean',
  halfOpenWatches: 'boolean',
  compact: 'boolean',
  forget: 'boolean',
  expiredCertificate: 'boolean',
  nodeLost: 'boolean',
  failPulls: 'string',
  slowPullMs: 'number',
  allocatable: 'object',
};

/**
 * Faults of a text: YAML or JSON with a list under `faults`.
 *
 * @throws StatusError 400 that names what is wrong
 */
export function readFaults(text: string): Fault[] {
  try {
    return parse(text)?.faults ?? [];
  } catch (error) {
    throw badRequest(`faults: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** A copy of faults that are as they should be. @throws StatusError 400 that names what is wrong */
export function checkedFaults(faults: Fault[]): Fault[] {
  if (!Array.isArray(faults)) throw badRequest('faults: expected a list');
  for (const [index, fault] of faults.entries()) {
    const at = `faults[${index}]`;
    if (!fault || typeof fault !== 'object')
      throw badRequest(`${at}: expected an object`);
    for (const [key, value] of Object.entries<Json>(fault)) {
      const form = FORMS[key as keyof Fault];
      if (!form)
        throw badRequest(
          `${at}.${key}: no such fault; there are ${Object.keys(FORMS).join(
            ', ',
          )}`,
        );
      if (typeof value !== form || value === null)
        throw badRequest(`${at}.${key}: expected ${form}, got ${typeof value}`);
    }
    for (const pattern of [fault.match?.path, fault.match?.userAgent])
      if (pattern !== undefined) assertPattern(at, pattern);
  }
  return structuredClone(faults);
}

function assertPattern(at: string, pattern: string): void {
  try {
    RegExp(pattern);
  } catch {
    throw badRequest(`${at}.match: not a regular expression: ${pattern}`);
  }
}
