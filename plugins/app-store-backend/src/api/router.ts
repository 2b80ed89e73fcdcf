/** The REST API. It reads requests and writes answers; the rules are in the services. */
import type {
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { showable } from '@ai-app-store/backstage-plugin-app-store-common';
import express, { type Request } from 'express';
import Router from 'express-promise-router';
import type { CallerOf, Callers } from '../identity/Callers';
import type { Caller } from '../service/Caller';
import { StoreError } from '../service/StoreError';
import { appHandlers, type AppHandlerOptions } from './apps';
import {
  catalogIndexHandlers,
  type CatalogIndexHandlerOptions,
} from './catalogIndex';
import { gatewayHandlers, type GatewayHandlerOptions } from './gateway';
import { instanceHandlers, type InstanceHandlerOptions } from './instances';
import { internalHandlers, type InternalHandlerOptions } from './internal';
import { loginHandlers, type LoginHandlerOptions } from './login';
import { offerHandlers } from './offers';
import { addOperations, type Security } from './operations';
import { peopleHandlers, type PeopleHandlerOptions } from './people';
import { assertPlugin } from './pluginOnly';
import { problemHandler } from './problems';
import { aliasHandlers } from './aliases';
import { secretHandlers } from './secrets';
import { tagHandlers } from './tags';
import { storeHandlers, type StoreHandlerOptions } from './store';

/** Largest JSON body, in bytes: a secret and its frame, in base64. */
const JSON_LIMIT = 2 * 1024 * 1024;
/** Of an address that is not there, characters that are said back. */
const PATH_LIMIT = 200;

/** What the API stands on. */
export type RouterOptions = Omit<
  AppHandlerOptions &
    InstanceHandlerOptions &
    StoreHandlerOptions &
    LoginHandlerOptions &
    GatewayHandlerOptions &
    CatalogIndexHandlerOptions &
    InternalHandlerOptions &
    PeopleHandlerOptions,
  'callerOf' | 'callerAgain'
> & {
  tags: Parameters<typeof tagHandlers>[0]['tags'];
  offers: Parameters<typeof offerHandlers>[0]['offers'];
  secrets: Parameters<typeof secretHandlers>[0]['secrets'];
  aliases: Parameters<typeof aliasHandlers>[0]['aliases'];
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
      case 'catalog':
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
      ...storeHandlers(common),
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
      remedy: "Check the address; see the API's document.",
    });
  });
  router.use(problemHandler(options.logger));
  return router;
}
