/** The options of writes and deletions, from a request's query, headers and body. */
import type { IncomingMessage } from 'node:http';
import { badRequest, StatusError } from '../registry/errors';
import type { DeleteOptions, WriteOptions } from '../registry/verbs';
import type { Json } from '../types';

export function isTrue(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '');
}

function invalidOption(message: string): StatusError {
  return new StatusError(422, 'Invalid', message);
}

/** @throws StatusError 422 for values that Kubernetes does not know */
export function writeOptions(
  request: IncomingMessage,
  query: URLSearchParams,
): WriteOptions & { force: boolean } {
  const dryRun = query.get('dryRun');
  if (dryRun && dryRun !== 'All')
    throw invalidOption(
      `Invalid value: ${JSON.stringify(dryRun)}: supported values: "All"`,
    );
  const fieldValidation = query.get('fieldValidation') ?? undefined;
  if (
    fieldValidation &&
    !['Ignore', 'Warn', 'Strict'].includes(fieldValidation)
  )
    throw invalidOption(
      `fieldValidation: Unsupported value: ${JSON.stringify(
        fieldValidation,
      )}: supported values: "", "Ignore", "Strict", "Warn"`,
    );
  const given = query.get('fieldManager') ?? undefined;
  if (given && given.length > 128)
    throw invalidOption(
      `fieldManager: Too long: may not be more than 128 bytes`,
    );
  const isApply = request.headers['content-type']?.startsWith(
    'application/apply-patch',
  );
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0];
  return {
    dryRun: dryRun === 'All',
    fieldValidation,
    fieldManager: given ?? (isApply ? undefined : agent),
    force: isTrue(query, 'force'),
  };
}

/** The query wins over the body. @throws StatusError 400 for a grace period that is no integer */
export function deleteOptions(
  body: Json,
  query: URLSearchParams,
): DeleteOptions {
  const grace = query.get('gracePeriodSeconds') ?? body?.gracePeriodSeconds;
  const gracePeriodSeconds =
    grace === undefined || grace === null ? undefined : Number(grace);
  if (gracePeriodSeconds !== undefined && !Number.isInteger(gracePeriodSeconds))
    throw badRequest('gracePeriodSeconds: must be an integer');
  return {
    gracePeriodSeconds,
    propagationPolicy: (query.get('propagationPolicy') ??
      body?.propagationPolicy) as DeleteOptions['propagationPolicy'],
    preconditions: body?.preconditions,
    dryRun: query.get('dryRun') === 'All',
  };
}
