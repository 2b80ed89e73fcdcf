/** The gateway's configuration. */
import { InputError } from '@backstage/errors';
import type { Config } from '@backstage/config';

/** See the module's comment. */
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

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };

const SECRET_LENGTH = 32;

function readKeySecret(config: Config): string | undefined {
  // A variable that is not set is an empty text.
  const secret = config.getOptional('appStore.gateway.keys.secret');
  if (secret === undefined || secret === null || secret === '')
    return undefined;
  if (typeof secret !== 'string' || secret.length < SECRET_LENGTH)
    throw new InputError(
      `appStore.gateway.keys.secret must be a random text of at least ${SECRET_LENGTH} characters, such as openssl rand -base64 32 prints`,
    );
  return secret;
}

/** @throws InputError naming the key */
export function readGatewayConfig(config: Config): GatewayConfig {
  const text = config.getString('appStore.gateway.baseUrl');
  if (!URL.canParse(text))
    throw new InputError(
      `appStore.gateway.baseUrl must be a URL; it is ${JSON.stringify(text)}`,
    );
  const appsUrl = new URL(text);
  const duration =
    config.getOptionalString('appStore.gateway.sessionDuration') ?? '8h';
  if (!/^(\d+[smh])+$/.test(duration))
    throw new InputError(
      `appStore.gateway.sessionDuration must be a duration such as 8h; it is ${JSON.stringify(
        duration,
      )}`,
    );
  const secure = appsUrl.protocol === 'https:';
  return {
    appsUrl,
    portalUrl: new URL(
      config.getOptionalString('app.baseUrl') ??
        config.getString('backend.baseUrl'),
    ),
    listen: {
      host: config.getOptionalString('appStore.gateway.listen.host'),
      port:
        config.getOptionalNumber('appStore.gateway.listen.port') ??
        Number(appsUrl.port || (secure ? 443 : 80)),
    },
    sessionMs: [...duration.matchAll(/(\d+)([smh])/g)].reduce(
      (sum, [, n, unit]) => sum + Number(n) * UNITS[unit],
      0,
    ),
    secure,
    keySecret: readKeySecret(config),
    loopbackPods: config.has('appStore.localCluster'),
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
  return `appStore.gateway.baseUrl (APPS_URL) is ${appsUrl.origin}, without TLS: whoever is on the way reads and changes what people do in apps, and a page of one app can set cookies for all others, so that people work in somebody else's name. Give apps an address with https.`;
}
