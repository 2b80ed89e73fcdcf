/** Which lines of a log are asked for (`PodLogOptions`). */
import { bad, forbidden, type Cause } from '../registry/causes';
import { badRequest, invalid } from '../registry/errors';

const KIND = { group: '', kind: 'PodLogOptions' };

export interface LogOptions {
  tailLines?: number;
  limitBytes?: number;
  /** The time that lines must not be older than, as they carry it; '' for all. */
  since: string;
}

/** A time with any offset as log lines carry it. @throws StatusError 400 */
function inUtc(text: string, pod: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw badRequest(
      `parsing time ${JSON.stringify(text)} of the log of ${pod}: not RFC 3339`,
    );
  return time.toISOString();
}

/** @throws StatusError 422 for numbers that are too small, and for two times at once */
export function logOptions(query: URLSearchParams, pod: string): LogOptions {
  const number = (key: string) => {
    const text = query.get(key);
    return text === null || text === '' ? undefined : Number(text);
  };
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const causes: Cause[] = [];
  const atLeast = (field: string, value: number | undefined, least: number) => {
    if (value !== undefined && !(value >= least))
      causes.push(
        bad(
          field,
          value,
          least
            ? 'must be greater than 0'
            : 'must be greater than or equal to 0',
        ),
      );
  };
  atLeast('tailLines', tailLines, 0);
  atLeast('limitBytes', limitBytes, 1);
  if (sinceSeconds !== undefined && sinceTime)
    causes.push(
      forbidden(
        '[]',
        'at most one of `sinceTime` or `sinceSeconds` may be specified',
      ),
    );
  else atLeast('sinceSeconds', sinceSeconds, 1);
  if (causes.length) throw invalid(KIND, pod, causes);
  const ago = (seconds: number) =>
    new Date(Date.now() - seconds * 1000).toISOString();
  return {
    tailLines,
    limitBytes,
    since: sinceTime
      ? inUtc(sinceTime, pod)
      : (sinceSeconds && ago(sinceSeconds)) || '',
  };
}
