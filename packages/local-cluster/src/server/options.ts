/** The options of writes and deletions, from a request's query, headers and body. */
import type { IncomingMessage } from 'node:http';
import {
  forbidden,
  GoText,
  notSupported,
  required,
  tooLong,
  type Cause,
} from '../registry/causes';
import { badRequest, invalid, optionsKind } from '../registry/errors';
import type { DeleteOptions, WriteOptions } from '../registry/verbs';
import type { Json } from '../types';

/** The longest name of a field manager, in bytes. */
const MANAGER_BYTES = 128;
const POLICIES = ['Foreground', 'Background', 'Orphan'];

export function isTrue(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '');
}

/** Texts as Go prints a list of them. */
function goList(values: string[]): GoText {
  return new GoText(
    `[]string{${values.map(each => JSON.stringify(each)).join(', ')}}`,
  );
}

function dryRunCauses(values: string[]): Cause[] {
  return values.every(each => each === 'All')
    ? []
    : [notSupported('dryRun', goList(values), ['All'])];
}

/** Which options a method takes. */
type Method = 'Create' | 'Update' | 'Patch';

/** @throws StatusError 422 for values that Kubernetes does not know */
export function writeOptions(
  request: IncomingMessage,
  query: URLSearchParams,
  method: Method,
): WriteOptions & { force: boolean } {
  const isApply = request.headers['content-type']?.startsWith(
    'application/apply-patch',
  );
  const given = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? undefined;
  const dryRun = query.getAll('dryRun').filter(Boolean);
  const causes: Cause[] = [];
  if (method === 'Patch') {
    if (isApply && !given)
      causes.push(required('fieldManager', 'is required for apply patch'));
    if (!isApply && query.has('force'))
      causes.push(
        forbidden('force', 'may not be specified for non-apply patch'),
      );
  }
  if (Buffer.byteLength(given) > MANAGER_BYTES)
    causes.push(tooLong('fieldManager', MANAGER_BYTES));
  causes.push(...dryRunCauses(dryRun));
  if (
    fieldValidation &&
    !['Ignore', 'Warn', 'Strict'].includes(fieldValidation)
  )
    causes.push(
      notSupported('fieldValidation', fieldValidation, [
        '',
        'Ignore',
        'Strict',
        'Warn',
      ]),
    );
  if (causes.length) throw invalid(optionsKind(`${method}Options`), '', causes);
  // https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
  const agent = (request.headers['user-agent'] || 'unknown').split('/')[0];
  return {
    dryRun: dryRun.length > 0,
    fieldValidation,
    fieldManager: given || (isApply ? undefined : agent),
    force: isTrue(query, 'force'),
  };
}

/** The policy that the older field stands for. */
function policyOf(
  orphanDependents: boolean | undefined,
): DeleteOptions['propagationPolicy'] {
  if (orphanDependents === undefined) return undefined;
  return orphanDependents ? 'Orphan' : 'Background';
}

/** A body that says something wins over the query (apiserver's `DeleteResource`). @throws StatusError 400, 422 */
export function deleteOptions(
  body: Json,
  query: URLSearchParams,
): DeleteOptions {
  const text = query.get('gracePeriodSeconds');
  if (text !== null && !/^-?\d+$/.test(text))
    throw badRequest(
      `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  const inBody = body && Object.keys(body).length ? body : undefined;
  const options = inBody ?? {
    gracePeriodSeconds: text === null ? undefined : Number(text),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: query.has('orphanDependents')
      ? isTrue(query, 'orphanDependents')
      : undefined,
    dryRun: query.getAll('dryRun').filter(Boolean),
  };
  const { propagationPolicy, orphanDependents, dryRun = [] } = options;
  const causes: Cause[] = [];
  if (propagationPolicy !== undefined && orphanDependents !== undefined)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(
        propagationPolicy,
      )}: orphanDependents and deletionPropagation cannot be both set`,
      field: 'propagationPolicy',
    });
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy))
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(
        propagationPolicy,
      )}: supported values: ${[...POLICIES, 'nil']
        .map(each => JSON.stringify(each))
        .join(', ')}`,
      field: 'propagationPolicy',
    });
  causes.push(...dryRunCauses(dryRun));
  if (causes.length) throw invalid(optionsKind('DeleteOptions'), '', causes);
  return {
    gracePeriodSeconds: options.gracePeriodSeconds ?? undefined,
    propagationPolicy: propagationPolicy ?? policyOf(orphanDependents),
    preconditions: inBody?.preconditions,
    dryRun: dryRun.length > 0,
  };
}
