/** The gateway's configuration. */
import type { Config } from '@backstage/config';
import {
  configValue,
  readConfig,
} from '@ai-app-store/backstage-plugin-app-store-node';
import { z } from 'zod';

/** The configuration of the gateway. */
export interface GatewayConfig {
  /** `http://apps.localhost:7008`. */
  appsUrl: URL;
  /** The portal as browsers open it. */
  portalUrl: URL;
  listen: { host?: string; port: number };
  sessionMs: number;
  secure: boolean;
  /** What seals the gateway's keys; without it the cluster keeps one. */
  keySecret?: string;
  /** Pods of the local cluster have loopback addresses; elsewhere these are never dialled. */
  loopbackPods: boolean;
}

const SECRET_LENGTH = 32;

const { section, text, secret, wholeNumber, duration, url } = configValue;

const gateway = section({
  baseUrl: url,
  listen: section({
    host: text.optional(),
    port: wholeNumber({ max: 65535 }).optional(),
  }),
  sessionDuration: duration({ least: 0 }).default(8 * 3600),
  keys: section({
    secret: z.preprocess(
      // A variable that is not set is an empty text.
      value => (value === '' ? undefined : value),
      secret(
        `must be a random text of at least ${SECRET_LENGTH} characters, such as openssl rand -base64 32 prints`,
        given => given.length >= SECRET_LENGTH,
      ).optional(),
    ),
  }),
});

/** @throws InputError naming every key that is wrong */
export function readGatewayConfig(config: Config): GatewayConfig {
  const { app, backend, appStore } = readConfig(
    config,
    z.object({
      app: section({ baseUrl: url.optional() }),
      backend: section({
        baseUrl: config.has('app.baseUrl') ? url.optional() : url,
      }),
      appStore: section({ gateway, localCluster: z.unknown().optional() }),
    }),
  );
  const { baseUrl: appsUrl, listen, sessionDuration, keys } = appStore.gateway;
  const secure = appsUrl.protocol === 'https:';
  return {
    appsUrl,
    portalUrl: (app.baseUrl ?? backend.baseUrl)!,
    listen: {
      host: listen.host,
      port: listen.port ?? Number(appsUrl.port || (secure ? 443 : 80)),
    },
    sessionMs: Math.round(sessionDuration * 1000),
    secure,
    keySecret: keys.secret,
    loopbackPods: appStore.localCluster !== undefined,
  };
}

/** What is wrong with apps on plain HTTP, in a sentence; undefined where they are not, or on this machine alone. */
export function plainHttpWarning({
  secure,
  appsUrl,
}: Pick<GatewayConfig, 'secure' | 'appsUrl'>): string | undefined {
  const { hostname } = appsUrl;
  if (secure || hostname === 'localhost' || hostname.endsWith('.localhost'))
    return undefined;
  return `appStore.gateway.baseUrl (APPS_URL) is ${appsUrl.origin}, without TLS: others on the network can read and change what people do in apps, and a page of one app can set cookies for all others, so that people work in somebody else's name. Give apps an address with https.`;
}
