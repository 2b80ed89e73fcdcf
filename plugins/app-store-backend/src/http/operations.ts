/**
 * The API's document decides which routes there are: each operation of it has a
 * handler, and no handler is reached but through it. Requests are checked against it
 * before a handler sees them.
 */
import {
  API_DOCUMENT,
  type Operations,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Request, RequestHandler, Response, Router } from 'express';
import { middleware } from 'express-openapi-validator';
import type { OpenAPIV3 } from 'express-openapi-validator/dist/framework/types';

type Parameters<Id extends keyof Operations> = Operations[Id]['parameters'];
type Of<T, K extends string> = T extends { [P in K]?: infer V }
  ? NonNullable<V>
  : Record<string, never>;
type Body<Id extends keyof Operations> = Operations[Id] extends {
  requestBody?: infer B;
}
  ? NonNullable<B> extends { content: { 'application/json': infer J } }
    ? J
    : unknown
  : unknown;

/** A request of an operation, as its document says it is. */
export type OperationRequest<Id extends keyof Operations> = Omit<
  Request,
  'query' | 'params' | 'body'
> & {
  query: Of<Parameters<Id>, 'query'>;
  params: Of<Parameters<Id>, 'path'>;
  body: Body<Id>;
};

/** What answers an operation. */
type Handler<Id extends keyof Operations> = (
  request: OperationRequest<Id>,
  response: Response,
) => Promise<unknown>;

/** One handler for each operation. */
export type Handlers = { [Id in keyof Operations]: Handler<Id> };

/** Handlers of some operations. */
export type HandlersOf<Id extends keyof Operations> = Pick<Handlers, Id>;

/** Who an operation is for. */
export type Security =
  | 'person'
  /** A person, or somebody not signed in where the store has a public catalogue. */
  | 'anybody'
  | 'open'
  | 'gateway'
  | 'signIn'
  | 'index'
  | 'permission'
  | 'pod';

/** One operation of the document. */
export interface Operation {
  id: keyof Operations;
  method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** `/apps/{id}` */
  path: string;
  security: Security;
}

function securityOf(schemes: Array<Record<string, unknown>>): Security {
  if (!schemes.length) return 'open';
  const names = schemes.flatMap(scheme => Object.keys(scheme));
  if (names[0] !== 'bearer') return names[0] as Security;
  return schemes.length > names.length ? 'anybody' : 'person';
}

/** Every operation of the document. */
export function operations(): Operation[] {
  return Object.entries(API_DOCUMENT.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, value]) => {
      if (method === 'parameters') return [];
      const operation = value as {
        operationId: keyof Operations;
        security?: Array<Record<string, unknown>>;
      };
      return [
        {
          id: operation.operationId,
          method: method as Operation['method'],
          path,
          security: securityOf(operation.security ?? API_DOCUMENT.security),
        },
      ];
    }),
  );
}

/** A path of the document as a route of a router that is mounted at `/api/app-store`. */
function routeOf({ path }: Operation): string {
  return `/v1${path.replace(/\{(\w+)\}/g, ':$1')}`;
}

/** A body may be left out where it is optional: then it is an empty one. */
function completeBody(
  request: Request,
  _: Response,
  next: (error?: unknown) => void,
): void {
  const { headers } = request;
  const hasBody =
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody && headers['content-type'] === undefined) {
    headers['content-type'] = 'application/json';
    request.body = {};
  }
  next();
}

const made = new Map<boolean, RequestHandler[]>();

/** Made once: the document is the same for every router, and takes long to compile. */
function checkAgainstDocument(checkAnswers: boolean): RequestHandler[] {
  const before = made.get(checkAnswers);
  if (before) return before;
  const checks = middleware({
    apiSpec: API_DOCUMENT as unknown as OpenAPIV3.DocumentV3,
    validateApiSpec: checkAnswers,
    validateRequests: { allowUnknownQueryParameters: false },
    validateResponses: checkAnswers,
    // Whoever asks was identified already.
    validateSecurity: false,
    fileUploader: false,
  });
  made.set(checkAnswers, checks);
  return checks;
}

/**
 * Adds all operations to a router that is mounted at `/api/app-store`.
 *
 * @param options.identify - sees that whoever asks is one whom the operation is for,
 *   before anything else is said to them
 * @param options.checkAnswers - answers are checked against the document, too: for tests
 */
export function addOperations(
  router: Router,
  handlers: Handlers,
  options: {
    identify: (request: Request, security: Security) => Promise<unknown>;
    checkAnswers: boolean;
  },
): void {
  const all = operations();
  for (const operation of all)
    router[operation.method](routeOf(operation), (request, _, next) => {
      options.identify(request, operation.security).then(() => next(), next);
    });
  router.use(completeBody);
  router.use(checkAgainstDocument(options.checkAnswers));
  for (const operation of all)
    router[operation.method](
      routeOf(operation),
      handlers[operation.id] as unknown as (
        request: Request,
        response: Response,
      ) => Promise<unknown>,
    );
}
