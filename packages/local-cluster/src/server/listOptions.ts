/** The options of lists and watches, checked as apimachinery's `ValidateListOptions` does. */
import { forbidden, notSupported, type Cause } from '../registry/causes';
import { badRequest, invalid, optionsKind } from '../registry/errors';
import { isTrue } from './options';

/** Options of a list or a watch. */
export interface ListOptions {
  resourceVersion: string;
  match: string;
  limit: number;
  continueToken: string;
  /** Undefined where nothing is said. */
  sendInitialEvents?: boolean;
  allowWatchBookmarks: boolean;
  timeoutSeconds?: number;
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text))
    throw badRequest(
      `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}

function causesOf(options: ListOptions, isWatch: boolean): Cause[] {
  const { resourceVersion, match, sendInitialEvents, continueToken } = options;
  const field = 'resourceVersionMatch';
  const causes: Cause[] = [];
  if (isWatch) {
    if (match && sendInitialEvents === undefined)
      causes.push(
        forbidden(
          field,
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    if (sendInitialEvents === undefined) return causes;
    if (match !== 'NotOlderThan')
      causes.push(
        forbidden(
          field,
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      );
    if (match && match !== 'NotOlderThan')
      causes.push(notSupported(field, match, ['NotOlderThan']));
    if (continueToken)
      causes.push(
        forbidden(
          field,
          'resourceVersionMatch is forbidden when continue is provided',
        ),
      );
    return causes;
  }
  if (match) {
    if (!resourceVersion)
      causes.push(
        forbidden(
          field,
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        ),
      );
    if (continueToken)
      causes.push(
        forbidden(
          field,
          'resourceVersionMatch is forbidden when continue is provided',
        ),
      );
    if (!['Exact', 'NotOlderThan'].includes(match))
      causes.push({
        ...notSupported(field, match, []),
        message: `Unsupported value: ${JSON.stringify(
          match,
        )}: supported values: "Exact", "NotOlderThan", ""`,
      });
    if (match === 'Exact' && resourceVersion === '0')
      causes.push(
        forbidden(
          field,
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      );
  }
  if (sendInitialEvents !== undefined)
    causes.push(
      forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'),
    );
  return causes;
}

/** @throws StatusError 400 for what is no number, 422 for what does not go together */
export function listOptions(
  query: URLSearchParams,
  isWatch: boolean,
): ListOptions {
  const options: ListOptions = {
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    limit: Math.max(0, integer(query, 'limit') ?? 0),
    continueToken: query.get('continue') ?? '',
    sendInitialEvents: query.has('sendInitialEvents')
      ? isTrue(query, 'sendInitialEvents')
      : undefined,
    allowWatchBookmarks: isTrue(query, 'allowWatchBookmarks'),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
  const causes = causesOf(options, isWatch);
  if (causes.length) throw invalid(optionsKind('ListOptions'), '', causes);
  return options;
}

/** A resource version as a number. @throws Error in the words of Go's `strconv` */
export function parseVersion(text: string): number {
  if (!/^\d+$/.test(text))
    throw new Error(
      `resourceVersion: Invalid value: ${JSON.stringify(
        text,
      )}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}
