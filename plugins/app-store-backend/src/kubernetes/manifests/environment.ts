/** The environment variables of an app (specification 7.3, 7.4). */
import type { V1EnvVar } from '@kubernetes/client-node';
import {
  hasReadOnlyFiles,
  type AppMode,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { secretObjectName } from './labels';
import type { InstanceInput } from './InstanceInput';

/** The directory of the app in its container. */
export const APP_ROOT = '/app';
/** Where what Python apps depend on is installed. */
export const RESOURCES_PATH = '/resources';
export const VENV_PATH = `${RESOURCES_PATH}/venv`;
/** The port of a Wave app itself, behind the Wave server (specification 7.4). */
const WAVE_APP_PORT = 8000;
export const PYTHON_MODES: ReadonlySet<AppMode> = new Set(['wave', 'python']);
/** Modes of which the entry program starts the app, too. */
const APP_STARTED_BY_ENTRY: ReadonlySet<AppMode> = new Set([
  'wave',
  'python',
  'static',
]);

export const CA_DIRECTORY = '/etc/app-store/ca';
export const CA_FILE = 'ca.crt';
/** Where Node.js, OpenSSL, Python's requests and pip, curl and npm look for authorities. */
const CA_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'CURL_CA_BUNDLE',
  'npm_config_cafile',
];

/** Has programs trust the authorities that an admin names. */
export function caEnvironment(
  input: Pick<InstanceInput, 'caCertificates'>,
): Array<{ name: string; value: string }> {
  return input.caCertificates
    ? CA_VARIABLES.map(name => ({ name, value: `${CA_DIRECTORY}/${CA_FILE}` }))
    : [];
}

/** The environment that the platform gives (specification 7.3). */
function platformEnvironment(input: InstanceInput): V1EnvVar[] {
  const { manifest } = input;
  const { mode, module, port, volumeMount } = manifest.runtime;
  const baseUrl =
    manifest.runtime.routingMode === 'BASE_URL'
      ? `/instance/${input.instanceId}/`
      : '/';
  const env: Record<string, string> = {
    H2O_CLOUD_ENVIRONMENT: input.environmentUrl,
    H2O_CLOUD_INSTANCE_ID: input.instanceId,
    H2O_CLOUD_APP_ID: input.appId,
    H2O_CLOUD_APP_NAME: manifest.name,
    H2O_CLOUD_APP_VERSION: manifest.version,
    H2O_CLOUD_APP_ROOT: APP_ROOT,
    H2O_WAVE_BASE_URL: baseUrl,
    PORT: String(port),
    HOME: hasReadOnlyFiles(manifest) ? '/tmp' : APP_ROOT,
    ...(PYTHON_MODES.has(mode)
      ? { H2O_CLOUD_VENV_PATH: VENV_PATH, H2O_CLOUD_PY_MODULE: module ?? '' }
      : {}),
    ...(mode === 'wave'
      ? {
          H2O_WAVE_LISTEN: `:${port}`,
          H2O_WAVE_ADDRESS: `http://127.0.0.1:${port}`,
          H2O_WAVE_APP_ADDRESS: `http://127.0.0.1:${WAVE_APP_PORT}`,
        }
      : {}),
    ...(APP_STARTED_BY_ENTRY.has(mode)
      ? { APP_STORE_APP_MODE: mode, APP_STORE_APP_MODULE: module ?? '' }
      : {}),
    ...(volumeMount ? { APP_STORE_VOLUME_PATH: volumeMount } : {}),
  };
  return Object.entries(env).map(([name, value]) => literal({ name, value }));
}

/**
 * A value that reaches the app as it is: Kubernetes replaces `$(NAME)` by the variable of that
 * name, secrets included, and writes `$$` as `$`.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function literal({
  name,
  value,
}: {
  name: string;
  value: string;
}): V1EnvVar {
  return { name, value: value.replaceAll('$', '$$$$') };
}

/**
 * The app's own environment, after the platform's and the admin's; the last of one name counts.
 * Only what the app's author wrote may name other variables.
 */
export function appEnvironment(input: InstanceInput): V1EnvVar[] {
  const own = input.manifest.env.flatMap((entry): V1EnvVar[] => {
    if (!entry.secret) return [{ name: entry.name, value: entry.value ?? '' }];
    const id = input.secretIds[entry.secret];
    if (!id && entry.optional) return [];
    return [
      {
        name: entry.name,
        valueFrom: {
          secretKeyRef: {
            name: secretObjectName(id ?? entry.secret),
            key: entry.secretKey!,
            ...(entry.optional ? { optional: true } : {}),
          },
        },
      },
    ];
  });
  const parameters = Object.entries(input.parameters).map(([name, value]) =>
    literal({ name, value }),
  );
  // Kubernetes refuses an apply with two entries of one name.
  const byName = new Map(
    [
      ...platformEnvironment(input),
      ...caEnvironment(input),
      ...input.extraEnv.map(literal),
      ...own,
      ...parameters,
    ].map(entry => [entry.name, entry]),
  );
  return [...byName.values()];
}
