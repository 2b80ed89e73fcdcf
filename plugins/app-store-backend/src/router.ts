/** The REST API. It reads requests and writes answers; the rules are in the services. */
import type {
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { showable } from '@ai-app-store/backstage-plugin-app-store-common';
import express, { type Request } from 'express';
import Router from 'express-promise-router';
import type { CallerOf, Callers } from './auth/Callers';
import type { Caller } from './auth/Caller';
import { StoreError } from './errors/StoreError';
import { appHandlers, type AppHandlerOptions } from './apps/routes';
import {
  catalogIndexHandlers,
  type CatalogIndexHandlerOptions,
} from './catalog/routes';
import { gatewayHandlers, type GatewayHandlerOptions } from './gateway/routes';
import {
  instanceHandlers,
  type InstanceHandlerOptions,
} from './instances/routes';
import {
  internalHandlers,
  type InternalHandlerOptions,
} from './instances/podRoutes';
import { loginHandlers, type LoginHandlerOptions } from './tokens/routes';
import { offerHandlers } from './apps/offers/routes';
import { addOperations, type Security } from './http/operations';
import { peopleHandlers, type PeopleHandlerOptions } from './people/routes';
import { assertPlugin } from './http/pluginOnly';
import { problemHandler } from './http/problems';
import { aliasHandlers, type AliasHandlerOptions } from './aliases/routes';
import { secretHandlers, type SecretHandlerOptions } from './secrets/routes';
import { tagHandlers } from './tags/routes';
import {
  platformHandlers,
  type PlatformHandlerOptions,
} from './platform/routes';
import { auditHandlers, type AuditHandlerOptions } from './audit/routes';
import { iamHandlers, type IamHandlerOptions } from './iam/routes';
import {
  declarationHandlers,
  type DeclarationHandlerOptions,
} from './declarations/routes';
import {
  recoveryHandlers,
  type RecoveryHandlerOptions,
} from './recovery/routes';
import { doctorHandlers, type DoctorHandlerOptions } from './doctor/routes';

/** Largest JSON body, in bytes: a secret and its frame, in base64. */
const JSON_LIMIT = 2 * 1024 * 1024;
/** Of an address that is not there, characters that are said back. */
const PATH_LIMIT = 200;

/** What the API stands on. */
export type RouterOptions = Omit<
  AppHandlerOptions &
    InstanceHandlerOptions &
    AliasHandlerOptions &
    SecretHandlerOptions &
    PlatformHandlerOptions &
    AuditHandlerOptions &
    IamHandlerOptions &
    RecoveryHandlerOptions &
    DoctorHandlerOptions &
    LoginHandlerOptions &
    GatewayHandlerOptions &
    CatalogIndexHandlerOptions &
    DeclarationHandlerOptions &
    InternalHandlerOptions &
    PeopleHandlerOptions,
  'callerOf' | 'callerAgain'
> & {
  tags: Parameters<typeof tagHandlers>[0]['tags'];
  offers: Parameters<typeof offerHandlers>[0]['offers'];
  callers: Callers;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  /** Answers are checked against the API's document, too: for tests. */
  checkAnswers: boolean;
};

export function createRouter(options: RouterOptions): express.Router {
  const { callers, httpAuth } = options;
  const known = new WeakMap<object, Promise<Caller>>();
  /** Who sent a request is found out once. */
  const callerOf: CallerOf = (request, how) => {
    const caller = known.get(request) ?? callers.callerOf(request, how);
    known.set(request, caller);
    return caller;
  };
  const identify = (request: Request, security: Security) => {
    switch (security) {
      case 'person':
        return callerOf(request);
      case 'anybody':
        return callerOf(request, { anonymous: true });
      case 'gateway':
        return assertPlugin(httpAuth, request, 'app-store-gateway');
      case 'signIn':
        return assertPlugin(httpAuth, request, 'auth');
      case 'index':
        return assertPlugin(httpAuth, request, 'catalog', 'search');
      case 'permission':
        return assertPlugin(httpAuth, request, security);
      default:
        // Pods are asked by what they ask for, and some operations are open.
        return Promise.resolve();
    }
  };
  const common = {
    ...options,
    callerOf,
    callerAgain: callers.callerOf,
  };
  const router = Router();
  router.use(express.json({ limit: JSON_LIMIT }));
  addOperations(
    router,
    {
      ...platformHandlers(common),
      ...auditHandlers(common),
      ...iamHandlers(common),
      ...recoveryHandlers(common),
      ...doctorHandlers(common),
      ...appHandlers(common),
      ...offerHandlers(common),
      ...instanceHandlers(common),
      ...tagHandlers(common),
      ...secretHandlers(common),
      ...aliasHandlers(common),
      ...loginHandlers(common),
      ...gatewayHandlers(common),
      ...internalHandlers(common),
      ...peopleHandlers(common),
      ...catalogIndexHandlers(common),
      ...declarationHandlers(common),
    },
    { identify, checkAnswers: options.checkAnswers },
  );
  router.use(request => {
    throw new StoreError({
      status: 404,
      code: 'NO_SUCH_OPERATION',
      message: `The API has no operation ${request.method} ${showable(
        request.path.slice(0, PATH_LIMIT),
      )}.`,
      owner: 'you',
      remedy: 'Check the address, and see the API document.',
    });
  });
  router.use(problemHandler(options.logger));
  return router;
}
