/**
 * The Kubernetes objects of an instance, built purely from what they depend on.
 *
 * They are rendered when an instance is run and kept with its row, so that a
 * new release of the store changes no running pod.
 */
import type {
  V1ConfigMap,
  V1Container,
  V1Deployment,
  V1PersistentVolumeClaim,
  V1PodTemplateSpec,
  V1Service,
  V1StatefulSet,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import {
  parseQuantity,
  type AppManifest,
  type AppMode,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Scheduling } from '../config/scheduling';
import type { RuntimeVersion } from '../config/StoreConfig';
import type { Sizes } from './sizes';
import {
  APP_ROOT,
  appEnvironment,
  CA_DIRECTORY,
  CA_FILE,
  caEnvironment,
  literal,
  PYTHON_MODES,
  RESOURCES_PATH,
  VENV_PATH,
} from './environment';
import {
  claimName,
  filesName,
  INSTANCE_ANNOTATION,
  LABELS,
  objectName,
  secretObjectName,
  TOKEN_AUDIENCE,
} from './labels';
import { networkPolicyOf, type NetworkPolicy } from './networkPolicy';

export const BUNDLE_CONTAINER = 'bundle';
export const DEPENDENCIES_CONTAINER = 'dependencies';
export const APP_CONTAINER = 'app';
const TOKEN_DIRECTORY = '/var/run/secrets/app-store';
const CA_MOUNT: V1VolumeMount = {
  name: 'ca',
  mountPath: CA_DIRECTORY,
  readOnly: true,
};
/** The kubelet's clock for the first success; how long it may take is configuration. */
const STARTUP_PERIOD_SECONDS = 1;
const USER_ID = 1000;

/** Modes of which the program gets arguments: those of app.toml come after the runtime's command. */
const MODES_WITH_ARGS: ReadonlySet<AppMode> = new Set([
  'python',
  'node',
  'container',
]);

/** What an instance's objects depend on. */
export interface InstanceInput {
  installation: string;
  instanceId: string;
  appId: string;
  ownerRef: string;
  namespace: string;
  manifest: AppManifest;
  contentDigest: string;
  runtime: RuntimeVersion;
  sizes: Sizes;
  /** Of the runtime version and the launch profile together. */
  scheduling: Scheduling;
  gpu: { nodeLabel: string; resource: string };
  shmSize: string;
  storageClass?: string;
  imagePullSecrets: string[];
  serviceAccount?: string;
  /** Of a container app: the image, with what stands in it filled in. */
  customImage?: string;
  launchProfile?: string;
  /** Whose secrets it is started with. */
  secretsOf?: string;
  /** Values of the app's parameters by variable. */
  parameters: Record<string, string>;
  startTimeoutSeconds: number;
  /** The store's address as pods see it. */
  storeUrl: string;
  /** Where the store's people open it. */
  environmentUrl: string;
  gatewayNamespace?: string;
  /** The ConfigMap with the authorities that pods trust. */
  caCertificates?: { configMap: string; key: string };
  /** Rules beside that for the gateway, as a NetworkPolicy has them. */
  networkPolicy?: { extraIngress: object[]; egress?: object[] };
  extraEnv: Array<{ name: string; value: string }>;
  npmRegistry?: string;
  pypiIndex?: string;
  /** What an installation of dependencies may take. */
  install: { timeoutSeconds: number; limitBytes: number };
  /** Ids of the store's secrets by the names that the manifest uses. */
  secretIds: Record<string, string>;
}

/** The objects, in the order in which they are applied. */
export interface InstanceObjects {
  claim?: V1PersistentVolumeClaim;
  /** Literals of `[[File]]`. */
  files?: V1ConfigMap;
  service: V1Service;
  /** As the API writes it; the client's type calls `from` otherwise. */
  networkPolicy: NetworkPolicy;
  /** With `replicas: 1`. */
  workload: V1Deployment | V1StatefulSet;
}

/** A short stand-in for an owner in labels, which cannot hold entity refs. */
export function ownerLabel(ownerRef: string): string {
  return createHash('sha256').update(ownerRef).digest('hex').slice(0, 16);
}

function labelsOf(input: InstanceInput): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': 'ai-app-store',
    [LABELS.installation]: input.installation,
    [LABELS.instance]: input.instanceId,
    [LABELS.app]: input.appId,
    [LABELS.owner]: ownerLabel(input.ownerRef),
  };
}

function selectorOf(input: InstanceInput): Record<string, string> {
  return { [LABELS.instance]: input.instanceId };
}

function fill(template: string, input: InstanceInput): string {
  const { module = '', port } = input.manifest.runtime;
  return template
    .replaceAll('{{module}}', module)
    .replaceAll('{{port}}', String(port));
}

function securityContext() {
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}

function resourcesOf({ sizes, gpu }: InstanceInput) {
  const gpus = sizes.gpuCount ? { [gpu.resource]: String(sizes.gpuCount) } : {};
  return {
    limits: {
      memory: sizes.memoryLimit,
      ...(sizes.cpuLimit ? { cpu: sizes.cpuLimit } : {}),
      ...gpus,
    },
    requests: {
      memory: sizes.memoryReservation,
      ...(sizes.cpuReservation ? { cpu: sizes.cpuReservation } : {}),
      ...gpus,
    },
  };
}

/** What an init container gets: the app's, without its GPUs, which it would hold for nothing. */
function initResourcesOf(input: InstanceInput) {
  return resourcesOf({ ...input, sizes: { ...input.sizes, gpuCount: 0 } });
}

/** Where the pod may be placed. */
function schedulingOf(input: InstanceInput) {
  const { nodeSelector, tolerations, affinity } = input.scheduling;
  const selector = {
    ...nodeSelector,
    ...(input.sizes.gpuType
      ? { [input.gpu.nodeLabel]: input.sizes.gpuType }
      : {}),
  };
  return {
    ...(Object.keys(selector).length ? { nodeSelector: selector } : {}),
    ...(tolerations ? { tolerations } : {}),
    ...(affinity ? { affinity } : {}),
    ...(input.imagePullSecrets.length
      ? { imagePullSecrets: input.imagePullSecrets.map(name => ({ name })) }
      : {}),
    ...(input.serviceAccount
      ? { serviceAccountName: input.serviceAccount }
      : {}),
  };
}

/** `[[File]]` entries: each in a directory of its own, from a secret or from the instance's ConfigMap. */
function fileVolumes(input: InstanceInput): {
  volumes: V1Volume[];
  mounts: V1VolumeMount[];
  literals: Record<string, string>;
} {
  const volumes: V1Volume[] = [];
  const mounts: V1VolumeMount[] = [];
  const literals: Record<string, string> = {};
  input.manifest.files.forEach((file, index) => {
    const absolute = file.path.startsWith('/')
      ? file.path
      : `${APP_ROOT}/${file.path}`;
    const at = absolute.lastIndexOf('/');
    const fileName = absolute.slice(at + 1);
    const name = `file-${index}`;
    if (file.secret) {
      const id = input.secretIds[file.secret];
      if (!id && file.optional) return;
      volumes.push({
        name,
        secret: {
          secretName: secretObjectName(id ?? file.secret),
          items: [{ key: file.secretKey!, path: fileName }],
          ...(file.optional ? { optional: true } : {}),
        },
      });
    } else {
      literals[name] = file.value ?? '';
      volumes.push({
        name,
        configMap: {
          name: filesName(input.instanceId),
          items: [{ key: name, path: fileName }],
        },
      });
    }
    mounts.push({ name, mountPath: absolute.slice(0, at), readOnly: true });
  });
  return { volumes, mounts, literals };
}

/** Bytes that dependencies may take: as much as the app says, and never more than the store allows. */
function installLimit({ install, manifest }: InstanceInput): number {
  const { resourceVolumeSize } = manifest.runtime;
  return resourceVolumeSize
    ? Math.min(install.limitBytes, Math.ceil(parseQuantity(resourceVolumeSize)))
    : install.limitBytes;
}

/** What both init containers know: which app, and how to ask the store for what belongs to it. */
function initContainers(input: InstanceInput): V1Container[] {
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
    ...(input.caCertificates ? [CA_MOUNT] : []),
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

function podTemplate(input: InstanceInput): V1PodTemplateSpec {
  const { manifest, runtime } = input;
  const files = fileVolumes(input);
  const isContainer = manifest.runtime.mode === 'container';
  const volumes: V1Volume[] = [...files.volumes];
  const mounts: V1VolumeMount[] = [...files.mounts];
  if (!isContainer) {
    volumes.push(
      { name: 'app', emptyDir: {} },
      {
        name: 'token',
        projected: {
          sources: [
            {
              serviceAccountToken: {
                audience: TOKEN_AUDIENCE,
                expirationSeconds: 3600,
                path: 'token',
              },
            },
          ],
        },
      },
    );
    mounts.push({ name: 'app', mountPath: APP_ROOT });
    if (PYTHON_MODES.has(manifest.runtime.mode)) {
      const sizeLimit = manifest.runtime.resourceVolumeSize;
      // What is installed is kept by the store, not by a volume.
      volumes.push({
        name: 'resources',
        emptyDir: sizeLimit ? { sizeLimit } : {},
      });
      mounts.push({ name: 'resources', mountPath: RESOURCES_PATH });
    }
  }
  if (manifest.runtime.volumeMount) {
    volumes.push({
      name: 'data',
      persistentVolumeClaim: { claimName: claimName(input.instanceId) },
    });
    mounts.push({ name: 'data', mountPath: manifest.runtime.volumeMount });
  }
  if (manifest.runtime.enableShm) {
    volumes.push({
      name: 'shm',
      emptyDir: { medium: 'Memory', sizeLimit: input.shmSize },
    });
    mounts.push({ name: 'shm', mountPath: '/dev/shm' });
  }
  runtime.ephemeralVolumes.forEach(({ mountPath, ...emptyDir }, index) => {
    // What the app itself wants there goes first.
    if (mounts.some(mount => mount.mountPath.replace(/\/$/, '') === mountPath))
      return;
    const name = `ephemeral-${index}`;
    volumes.push({ name, emptyDir });
    mounts.push({ name, mountPath });
  });
  if (input.caCertificates) {
    const { configMap, key } = input.caCertificates;
    volumes.push({
      name: CA_MOUNT.name,
      configMap: { name: configMap, items: [{ key, path: CA_FILE }] },
    });
    mounts.push(CA_MOUNT);
  }
  const command = isContainer
    ? manifest.runtime.entryPoint
    : runtime.command.map(part => fill(part, input));
  return {
    metadata: { labels: labelsOf(input) },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 10,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER_ID,
        fsGroup: USER_ID,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...schedulingOf(input),
      ...(isContainer ? {} : { initContainers: initContainers(input) }),
      containers: [
        {
          name: APP_CONTAINER,
          image: (isContainer && input.customImage) || runtime.image,
          ...(command?.length ? { command } : {}),
          ...(manifest.runtime.args &&
          MODES_WITH_ARGS.has(manifest.runtime.mode)
            ? { args: manifest.runtime.args }
            : {}),
          ...(isContainer ? {} : { workingDir: APP_ROOT }),
          env: appEnvironment(input),
          ports: [
            {
              name: 'http',
              containerPort: manifest.runtime.port,
              protocol: 'TCP',
            },
          ],
          resources: resourcesOf(input),
          securityContext: securityContext(),
          startupProbe: {
            tcpSocket: { port: 'http' },
            periodSeconds: STARTUP_PERIOD_SECONDS,
            failureThreshold: Math.max(
              1,
              Math.ceil(input.startTimeoutSeconds / STARTUP_PERIOD_SECONDS),
            ),
          },
          readinessProbe: {
            tcpSocket: { port: 'http' },
            periodSeconds: 5,
            failureThreshold: 3,
          },
          volumeMounts: mounts,
        },
      ],
      volumes,
    },
  };
}

/** Builds an instance's objects. */
export function buildInstanceObjects(input: InstanceInput): InstanceObjects {
  const name = objectName(input.instanceId);
  const labels = labelsOf(input);
  const metadata = { name, namespace: input.namespace, labels };
  const selector = { matchLabels: selectorOf(input) };
  const template = podTemplate(input);
  const { runtime } = input.manifest;
  const { literals } = fileVolumes(input);
  const { appId, ownerRef, launchProfile, secretsOf, parameters } = input;
  /** Of a workload with its parameters, which say more than a kept volume needs to. */
  const describedBy = (own: object) => ({
    annotations: {
      [INSTANCE_ANNOTATION]: JSON.stringify({
        appId,
        ownerRef,
        launchProfile,
        secretsOf,
        ...own,
      }),
    },
  });
  return {
    ...(Object.keys(literals).length
      ? {
          files: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { ...metadata, name: filesName(input.instanceId) },
            data: literals,
          },
        }
      : {}),
    ...(runtime.volumeMount
      ? {
          claim: {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: {
              name: claimName(input.instanceId),
              namespace: input.namespace,
              labels,
              ...describedBy({}),
            },
            spec: {
              accessModes: ['ReadWriteOnce'],
              ...(input.storageClass
                ? { storageClassName: input.storageClass }
                : {}),
              resources: { requests: { storage: runtime.volumeSize! } },
            },
          },
        }
      : {}),
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector: selectorOf(input),
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
        ],
      },
    },
    networkPolicy: networkPolicyOf(input, metadata, selector),
    // A Deployment may run two pods for a moment; with a volume that must never be.
    workload: runtime.volumeMount
      ? {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { ...metadata, ...describedBy({ parameters }) },
          spec: { replicas: 1, serviceName: name, selector, template },
        }
      : {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { ...metadata, ...describedBy({ parameters }) },
          spec: {
            replicas: 1,
            strategy: { type: 'Recreate' },
            revisionHistoryLimit: 0,
            selector,
            template,
          },
        },
  };
}
