/** A request that the Kubernetes API refused, or that did not reach it. */
import type { V1Status } from '@kubernetes/client-node';
import type { IncomingHttpHeaders } from 'node:http';

/** What a refusal names. */
export type RefusalDetails = Pick<
  NonNullable<V1Status['details']>,
  'name' | 'kind' | 'causes'
>;

export class KubeError extends Error {
  /** HTTP status; 0 where nothing was answered. */
  readonly code: number;
  readonly reason: string;
  readonly details: RefusalDetails;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    {
      details = {},
      retryAfterMs,
    }: { details?: RefusalDetails; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.name = 'KubeError';
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }

  /** @param body - of the answer, a Status as a rule */
  static ofAnswer(
    answer: {
      statusCode?: number;
      statusMessage?: string;
      headers: IncomingHttpHeaders;
    },
    body: string,
  ): KubeError {
    let status: V1Status = {};
    try {
      status = JSON.parse(body);
    } catch {
      // Not from an API server: its text is the message.
    }
    // https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; an API server sends seconds.
    const seconds = Number(
      answer.headers['retry-after'] ?? status.details?.retryAfterSeconds,
    );
    return new KubeError(
      answer.statusCode ?? 0,
      status.reason ?? answer.statusMessage ?? 'Unknown',
      status.message ?? body.slice(0, 300),
      {
        details: status.details,
        retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
      },
    );
  }

  /** Nothing was answered. */
  static unreachable(why: string): KubeError {
    return new KubeError(
      0,
      'Unreachable',
      `the Kubernetes API cannot be reached: ${why}`,
    );
  }
}

/** The object is another one, or of another version, than the one that was read. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof KubeError &&
    error.code === 409 &&
    error.reason !== 'NotOurs'
  );
}
