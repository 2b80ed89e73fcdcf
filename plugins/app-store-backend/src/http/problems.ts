/** Answers failures as problem details (RFC 9457). */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ProblemDetails } from '@ai-app-store/backstage-plugin-app-store-common';
import type { ErrorRequestHandler } from 'express';
import { error as faults } from 'express-openapi-validator';
import { StorageError } from '../errors/StorageError';
import { KubeError } from '../kubernetes/client/KubeError';
import { StoreError } from '../errors/StoreError';
import { withoutPattern } from '../errors/patternWords';

/** What the check against the API's document throws. */
interface RequestFault extends Error {
  status: number;
  errors: Array<{ path?: string; message?: string }>;
}

function isRequestFault(error: Error): error is RequestFault {
  return Object.values(faults).some(fault => error instanceof fault);
}

/** Bounds what of a request's own text comes back. */
const TEXT_LIMIT = 200;

function describeFault(
  error: RequestFault,
): Omit<ProblemDetails, 'type' | 'title'> {
  const known: Record<number, { code: string; remedy: string }> = {
    401: { code: 'NOT_SIGNED_IN', remedy: 'Sign in and try again.' },
    404: { code: 'NOT_FOUND', remedy: 'Check the address.' },
    405: {
      code: 'METHOD_NOT_ALLOWED',
      remedy: 'See the API document for what is possible here.',
    },
    413: { code: 'TOO_LARGE', remedy: 'Send a smaller request.' },
    415: {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      remedy:
        'Send the body in a format of the API document: JSON as application/json, a bundle as application/zip.',
    },
  };
  const { code, remedy } = known[error.status] ?? {
    code: error.status < 500 ? 'BAD_REQUEST' : 'INTERNAL',
    remedy:
      error.status < 500
        ? 'Correct the fields that are listed.'
        : 'An admin can find the cause in the log.',
  };
  const details = error.errors
    .slice(0, 10)
    .map(
      ({ path, message }) =>
        `${
          path?.replace(/^\/(body|query|params|headers)\/?/, '') || 'body'
        } ${withoutPattern(message ?? '')}`,
    );
  return {
    status: error.status,
    detail:
      code === 'BAD_REQUEST'
        ? `The request has the wrong format: ${details
            .join('; ')
            .slice(0, TEXT_LIMIT * 5)}.`
        : `${error.message.slice(0, TEXT_LIMIT)}.`,
    code,
    owner: error.status < 500 ? 'you' : 'platform',
    remedy,
  };
}

function describe(
  error: Error & { status?: number; statusCode?: number },
): Omit<ProblemDetails, 'type' | 'title'> {
  if (error instanceof StoreError) {
    const { status, message, code, owner, remedy, issues, rule, wouldChange } =
      error;
    return {
      status,
      detail: message,
      code,
      owner,
      remedy,
      ...(rule ? { rule } : {}),
      ...(wouldChange?.length ? { wouldChange } : {}),
      ...(issues?.length ? { issues } : {}),
    };
  }
  if (isRequestFault(error)) return describeFault(error);
  if (error instanceof StorageError) {
    const { message, code, owner, remedy } = error;
    return { status: 503, detail: message, code, owner, remedy };
  }
  if (error instanceof KubeError)
    return {
      status: error.code === 0 ? 503 : 502,
      detail: `The cluster did not carry out the request: ${error.message}`,
      code: error.code === 0 ? 'CLUSTER_UNREACHABLE' : 'CLUSTER_REFUSED',
      owner: 'admin',
      remedy: 'Try again in a moment. If the problem continues, tell an admin.',
    };
  const byName: Record<
    string,
    Omit<ProblemDetails, 'type' | 'title' | 'detail'>
  > = {
    AuthenticationError: {
      status: 401,
      code: 'NOT_SIGNED_IN',
      owner: 'you',
      remedy: 'Sign in and try again.',
    },
    NotAllowedError: {
      status: 403,
      code: 'NOT_ALLOWED',
      owner: 'admin',
      remedy: 'Ask an admin.',
    },
    InputError: {
      status: 400,
      code: 'BAD_REQUEST',
      owner: 'you',
      remedy: 'Correct the request.',
    },
  };
  if (byName[error.name])
    return { ...byName[error.name], detail: error.message };
  const status = error.status ?? error.statusCode;
  if (status && status >= 400 && status < 500)
    return {
      status,
      detail: error.message,
      code: 'BAD_REQUEST',
      owner: 'you',
      remedy: 'Correct the request.',
    };
  return {
    status: 500,
    detail: 'Something went wrong in the app store.',
    code: 'INTERNAL',
    owner: 'platform',
    remedy:
      'Try again. If the problem continues, an admin can find the cause in the log.',
  };
}

/** The error handler of the API. */
export function problemHandler(logger: LoggerService): ErrorRequestHandler {
  return (error, request, response, next) => {
    const problem = describe(error);
    if (problem.status >= 500)
      logger.error(
        `${request.method} ${request.path}: ${error.message}`,
        error,
      );
    if (response.headersSent) {
      next(error);
      return;
    }
    const body: ProblemDetails = {
      type: 'about:blank',
      title: problem.code.toLocaleLowerCase('en-US').replaceAll('_', ' '),
      ...problem,
    };
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(body));
  };
}
