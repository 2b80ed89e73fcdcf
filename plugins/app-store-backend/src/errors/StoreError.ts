/** A refusal, said so that the reader knows what comes next; answered as problem details (RFC 9457). */
import type {
  Problem,
  ProblemDetails,
  ProblemOwner,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Decision } from '../policy';

/** A refusal with its cause code, who can fix it, and what to do next. */
export class StoreError extends Error {
  readonly status: number;
  readonly code: string;
  readonly owner: ProblemOwner;
  readonly remedy: string;
  readonly rule?: string;
  readonly wouldChange?: string[][];
  readonly issues?: ProblemDetails['issues'];

  constructor(options: {
    status: number;
    code: string;
    message: string;
    owner: ProblemOwner;
    remedy: string;
    rule?: string;
    wouldChange?: string[][];
    issues?: ProblemDetails['issues'];
  }) {
    super(options.message);
    this.name = 'StoreError';
    this.status = options.status;
    this.code = options.code;
    this.owner = options.owner;
    this.remedy = options.remedy;
    this.rule = options.rule;
    this.wouldChange = options.wouldChange;
    this.issues = options.issues;
  }

  /** It as what a resource shows to people. */
  get problem(): Problem {
    const { code, message, owner, remedy } = this;
    return { code, message, owner, remedy };
  }
}

/** For what is not there, or may not be known to be there. */
export function notFound(what: string, id: string): StoreError {
  return new StoreError({
    status: 404,
    code: 'NOT_FOUND',
    message: `There is no ${what} ${id}, or you are not allowed to see it.`,
    owner: 'you',
    remedy: 'Check the address, or ask the owner to share it with you.',
  });
}

/** For what the caller sees but may not do. */
export function notAllowed(message: string, decision: Decision): StoreError {
  const [nearest] = decision.wouldChange;
  return new StoreError({
    status: 403,
    code: 'NOT_ALLOWED',
    message,
    owner: 'admin',
    remedy: nearest?.length
      ? nearest.join(' ')
      : 'Only its owner or an admin can do this.',
    rule: decision.rule,
    wouldChange: decision.wouldChange,
  });
}

/** For a change that was made from what is out of date. */
export function stale(what: string): StoreError {
  return new StoreError({
    status: 412,
    code: 'STALE',
    message: `The ${what} was changed by somebody else meanwhile. Your change was not saved.`,
    owner: 'you',
    remedy: 'Reload it, then repeat your change if you still want it.',
  });
}
