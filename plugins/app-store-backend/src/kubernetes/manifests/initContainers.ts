/**
 * The init container of an app that comes as a bundle: it fetches the bundle, then makes what it depends
 * on. One for both, since each more costs most of a second on a node.
 */
import type { V1Container } from '@kubernetes/client-node';
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { caMounts } from './certificates';
import { CONTENT_VOLUME } from './contentVolume';
import {
  APP_ROOT,
  caEnvironment,
  literal,
  PYTHON_MODES,
  RESOURCES_PATH,
  VENV_PATH,
} from './environment';
import type { InstanceInput } from './InstanceInput';
import { PREPARE_CONTAINER } from './labels';
import { initResourcesOf } from './resources';
import { securityContext } from './securityContext';

/** Where the token lies with which the init container asks the store. */
const TOKEN_DIRECTORY = '/var/run/secrets/app-store';

/** Bytes that dependencies may take: as much as the app says, and never more than the store allows. */
function installLimit({ install, manifest }: InstanceInput): number {
  const { resourceVolumeSize } = manifest.runtime;
  return resourceVolumeSize
    ? Math.min(install.limitBytes, Math.ceil(parseQuantity(resourceVolumeSize)))
    : install.limitBytes;
}

/** For {@link isPreparedInPod}. */
export function initContainers(input: InstanceInput): V1Container[] {
  const { mode } = input.manifest.runtime;
  const own = `${input.storeUrl}/api/app-store/v1/internal/instances/${input.instanceId}`;
  const isPython = PYTHON_MODES.has(mode);
  const optional = (name: string, value: string | undefined) =>
    value ? [{ name, value }] : [];
  return [
    {
      name: PREPARE_CONTAINER,
      image: input.runtime.image,
      securityContext: securityContext(),
      resources: initResourcesOf(input),
      command: ['app-store-entry', 'prepare'],
      env: [
        ...caEnvironment(input),
        { name: 'H2O_CLOUD_APP_ROOT', value: APP_ROOT },
        { name: 'HOME', value: '/tmp' },
        { name: 'APP_STORE_TOKEN_FILE', value: `${TOKEN_DIRECTORY}/token` },
        { name: 'APP_STORE_BUNDLE_URL', value: `${own}/content` },
        { name: 'APP_STORE_BUNDLE_DIGEST', value: input.contentDigest },
        { name: 'APP_STORE_STAGE_URL', value: `${own}/stage` },
        { name: 'APP_STORE_ENVIRONMENT_URL', value: `${own}/environment` },
        { name: 'APP_STORE_APP_MODE', value: mode },
        {
          name: 'APP_STORE_INSTALL_TIMEOUT',
          value: String(input.install.timeoutSeconds),
        },
        { name: 'APP_STORE_INSTALL_LIMIT', value: String(installLimit(input)) },
        ...(isPython
          ? [{ name: 'H2O_CLOUD_VENV_PATH', value: VENV_PATH }]
          : []),
        ...optional('npm_config_registry', input.npmRegistry),
        ...optional('PIP_INDEX_URL', input.pypiIndex),
      ].map(literal),
      volumeMounts: [
        { name: CONTENT_VOLUME, mountPath: APP_ROOT },
        { name: 'token', mountPath: TOKEN_DIRECTORY, readOnly: true },
        ...caMounts(input),
        ...(isPython ? [{ name: 'resources', mountPath: RESOURCES_PATH }] : []),
      ],
    },
  ];
}
