/** Answers failures as problem details (RFC 9457). */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { ProblemDetails } from '@ai-app-store/backstage-plugin-app-store-common';
import type { ErrorRequestHandler } from 'express';
import { ZodError } from 'zod';
import { StorageError } from '../bundle/StorageError';
import { KubeError } from '../kubernetes/KubeApi';
import { StoreError } from '../service/StoreError';

function describe(
  error: Error & { status?: number; statusCode?: number },
): Omit<ProblemDetails, 'type' | 'title'> {
  if (error instanceof StoreError) {
    const { status, message, code, owner, remedy, issues } = error;
    return {
      status,
      detail: message,
      code,
      owner,
      remedy,
      ...(issues?.length ? { issues } : {}),
    };
  }
  if (error instanceof ZodError)
    return {
      status: 400,
      detail: `The request is not of the right form: ${error.issues
        .map(issue => `${issue.path.join('.') || 'body'}: ${issue.message}`)
        .join('; ')}.`,
      code: 'BAD_REQUEST',
      owner: 'you',
      remedy: 'Correct the named members.',
    };
  if (error instanceof StorageError) {
    const { message, code, owner, remedy } = error;
    return { status: 503, detail: message, code, owner, remedy };
  }
  if (error instanceof KubeError)
    return {
      status: error.code === 0 ? 503 : 502,
      detail: `The cluster did not do it: ${error.message}`,
      code: error.code === 0 ? 'CLUSTER_UNREACHABLE' : 'CLUSTER_REFUSED',
      owner: 'admin',
      remedy: 'Try again in a moment; tell an admin if it stays.',
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
    remedy: 'Try again; if it stays, an admin finds the cause in the log.',
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
