/** The init containers of an app that comes as a bundle: one fetches the bundle, one installs what it depends on. */
import type { V1Container } from '@kubernetes/client-node';
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { caMounts } from './certificates';
import {
  APP_ROOT,
  caEnvironment,
  literal,
  PYTHON_MODES,
  RESOURCES_PATH,
  VENV_PATH,
} from './environment';
import type { InstanceInput } from './InstanceInput';
import { BUNDLE_CONTAINER, DEPENDENCIES_CONTAINER } from './labels';
import { initResourcesOf } from './resources';
import { securityContext } from './securityContext';

/** Where the token lies with which init containers ask the store. */
const TOKEN_DIRECTORY = '/var/run/secrets/app-store';

/** Bytes that dependencies may take: as much as the app says, and never more than the store allows. */
function installLimit({ install, manifest }: InstanceInput): number {
  const { resourceVolumeSize } = manifest.runtime;
  return resourceVolumeSize
    ? Math.min(install.limitBytes, Math.ceil(parseQuantity(resourceVolumeSize)))
    : install.limitBytes;
}

export function initContainers(input: InstanceInput): V1Container[] {
  const { mode } = input.manifest.runtime;
  const own = `${input.storeUrl}/api/app-store/v1/internal/instances/${input.instanceId}`;
  const common = {
    image: input.runtime.image,
    securityContext: securityContext(),
    resources: initResourcesOf(input),
  };
  const env = [
    ...caEnvironment(input),
    { name: 'H2O_CLOUD_APP_ROOT', value: APP_ROOT },
    { name: 'APP_STORE_TOKEN_FILE', value: `${TOKEN_DIRECTORY}/token` },
  ];
  const mounts = [
    { name: 'app', mountPath: APP_ROOT },
    { name: 'token', mountPath: TOKEN_DIRECTORY, readOnly: true },
    ...caMounts(input),
  ];
  const optional = (name: string, value: string | undefined) =>
    value ? [{ name, value }] : [];
  return [
    {
      name: BUNDLE_CONTAINER,
      ...common,
      command: ['app-store-entry', 'bundle'],
      env: [
        ...env,
        { name: 'APP_STORE_BUNDLE_URL', value: `${own}/content` },
        { name: 'APP_STORE_BUNDLE_DIGEST', value: input.contentDigest },
      ].map(literal),
      volumeMounts: mounts,
    },
    {
      name: DEPENDENCIES_CONTAINER,
      ...common,
      command: ['app-store-entry', 'dependencies'],
      env: [
        ...env,
        { name: 'HOME', value: '/tmp' },
        { name: 'APP_STORE_APP_MODE', value: mode },
        { name: 'APP_STORE_ENVIRONMENT_URL', value: `${own}/environment` },
        {
          name: 'APP_STORE_INSTALL_TIMEOUT',
          value: String(input.install.timeoutSeconds),
        },
        {
          name: 'APP_STORE_INSTALL_LIMIT',
          value: String(installLimit(input)),
        },
        ...(PYTHON_MODES.has(mode)
          ? [{ name: 'H2O_CLOUD_VENV_PATH', value: VENV_PATH }]
          : []),
        ...optional('npm_config_registry', input.npmRegistry),
        ...optional('PIP_INDEX_URL', input.pypiIndex),
      ].map(literal),
      volumeMounts: [
        ...mounts,
        ...(PYTHON_MODES.has(mode)
          ? [{ name: 'resources', mountPath: RESOURCES_PATH }]
          : []),
      ],
    },
  ];
}
