/** What the entry program says of its failure, as a problem: whose it is, and what helps. Pure. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';

/** See `app-store-entry.mjs`. */
export const FAILURE_PREFIX = 'app-store-entry: failed: ';
export const CAUSE_PREFIX = 'app-store-entry: cause: ';

/** Causes of a failed installation that are not the author's. */
const CAUSES: Record<string, Pick<Problem, 'owner' | 'remedy'>> = {
  INDEX_UNREACHABLE: {
    owner: 'admin',
    remedy:
      'The store tries again by itself. An admin checks that apps reach this address: the network, the proxy, appStore.packages.',
  },
  INDEX_REFUSED: {
    owner: 'admin',
    remedy:
      'An admin checks the address and the credentials in appStore.packages, and what the index permits.',
  },
  INDEX_FAILED: {
    owner: 'admin',
    remedy:
      'The store tries again by itself. If it stays, an admin checks the package index.',
  },
  DISK_FULL: {
    owner: 'admin',
    remedy: 'The store tries again by itself. An admin makes room on the node.',
  },
  RUNTIME_FAILED: {
    owner: 'admin',
    remedy: 'An admin checks the image of this runtime version.',
  },
};

/** The last failure that the entry program told in a log; undefined where it told none. */
export function toldFailure(
  log: string,
): { reason: string; cause?: string } | undefined {
  const lines = log.split('\n');
  const at = lines.findLastIndex(line => line.startsWith(FAILURE_PREFIX));
  if (at < 0) return undefined;
  const before = lines[at - 1] ?? '';
  return {
    reason: lines[at].slice(FAILURE_PREFIX.length),
    ...(before.startsWith(CAUSE_PREFIX)
      ? { cause: before.slice(CAUSE_PREFIX.length).trim() }
      : {}),
  };
}

/** A problem with what the log of its container tells of it. */
export function withTold(problem: Problem, log: string): Problem {
  const told = toldFailure(log);
  const detail = log || undefined;
  if (!told) return { ...problem, detail };
  const cause = told.cause ?? '';
  return {
    ...problem,
    // Only of an installation: an app may print such lines of itself.
    ...(problem.code === 'DEPENDENCIES_FAILED' && Object.hasOwn(CAUSES, cause)
      ? { code: cause, ...CAUSES[cause] }
      : {}),
    message: `${told.reason
      .charAt(0)
      .toLocaleUpperCase('en-US')}${told.reason.slice(1)}`,
    detail,
  };
}
