/**
 * Refuses requests for another host name than the portal's own: a page somewhere
 * on the web cannot reach a portal on this machine by pointing its own name here.
 */
import type { RootLifecycleService } from '@backstage/backend-plugin-api';
import {
  readHttpServerOptions,
  rootHttpRouterServiceFactory,
} from '@backstage/backend-defaults/rootHttpRouter';
import type { Config } from '@backstage/config';
import type { RequestHandler } from 'express';
import { drainAtShutdown } from './draining';
import { openerPolicy } from './openerPolicy';

/** Under this name the local cluster's pods reach the portal: for what belongs to their own start, and for nothing else. */
const POD_ALIAS = 'host.local-cluster.internal';
const POD_PATHS: Record<string, RegExp> = {
  GET: /^\/api\/app-store\/v1\/internal\/instances\/[0-9a-f-]+\/(content|environment)$/,
  PUT: /^\/api\/app-store\/v1\/internal\/instances\/[0-9a-f-]+\/(environment|stage)$/,
};

/** The host names (with ports) that the portal answers to. */
export function allowedHosts(config: Config): Set<string> {
  const hosts = new Set<string>();
  for (const key of ['backend.baseUrl', 'app.baseUrl']) {
    const url = config.getOptionalString(key);
    if (url && URL.canParse(url)) hosts.add(new URL(url).host);
  }
  for (const host of config.getOptionalStringArray('backend.allowedHosts') ??
    [])
    hosts.add(host);
  const own = new URL(config.getString('backend.baseUrl'));
  if (own.hostname === 'localhost') hosts.add(`127.0.0.1:${own.port}`);
  // Behind a proxy too the portal's parts call each other where it listens.
  const { host, port } = readHttpServerOptions(
    config.getConfig('backend'),
  ).listen;
  const everywhere = !host || host === '::' || host === '0.0.0.0';
  for (const name of everywhere ? ['localhost', '127.0.0.1'] : [host])
    hosts.add(`${name.includes(':') ? `[${name}]` : name}:${port}`);
  return hosts;
}

/** Under this name nodes of a cluster pull the content of apps: for that, and for nothing else. */
function registryHost(config: Config): string | undefined {
  return config.getOptionalString('appStore.kubernetes.contentRegistry');
}

/** Clients leave out the port of their scheme, or do not. */
const plain = (host: string) => host.replace(/:443$/, '');

/**
 * How long a request may take to come in whole, in milliseconds. Node's five minutes
 * would cut large bundles off; the store itself bounds how long and how slow they may be.
 */
const REQUEST_TIMEOUT_MS = 60 * 60 * 1000;

/** Refuses requests for other host names. */
export function hostCheck(
  hosts: Set<string>,
  registry?: string,
): RequestHandler {
  return (request, response, next) => {
    const toRegistry =
      registry !== undefined &&
      plain(request.headers.host ?? '') === plain(registry) &&
      request.path.startsWith('/v2/');
    const fromPod =
      (request.headers.host ?? '').startsWith(`${POD_ALIAS}:`) &&
      POD_PATHS[request.method]?.test(request.path);
    if (
      fromPod ||
      toRegistry ||
      hosts.has(request.headers.host ?? '') ||
      request.path.startsWith('/.backstage/health/')
    ) {
      next();
      return;
    }
    response
      .status(421)
      .type('text/plain')
      .send('This portal does not serve that host name.\n');
  };
}

export const hostCheckedRouter = rootHttpRouterServiceFactory({
  configure({ app, server, applyDefaults, config, lifecycle, logger }) {
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    drainAtShutdown({
      server,
      // It is the root's, which its type here does not say.
      lifecycle: lifecycle as RootLifecycleService,
      logger,
    });
    app.use(hostCheck(allowedHosts(config), registryHost(config)));
    app.use(openerPolicy);
    applyDefaults();
  },
});
