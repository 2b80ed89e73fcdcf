/** A container waits and cannot be made. */
import type { CoreV1Event, V1ContainerStatus } from '@kubernetes/client-node';
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import { APP_CONTAINER } from '../../manifests/labels';
import { plain, withoutNames } from '../words/plain';
import { accountMissing } from './admission';
import { isRuntimes, NO_MEMORY, startProblem } from './startFailure';
import { isAdded } from './sidecars';
import { contentFinding } from './content';
import { imageFinding } from './images';

/** A pod that is set up takes moments; what goes wrong then is told by events alone. */
const SETUP_MS = 2500;
/** What passes at the first tries of a new node, in milliseconds. */
const SANDBOX_MS = 15_000;
/** Between two looks at the events of a pod that is still being set up, at first; they grow with its age. */
const SETUP_LOOK_MS = 5000;

const SECRET = /\b[sS]ecret "?(?:[^"\s/]+\/)?([^"\s/]+?)"?(?: not found|$)/;

const CONFIG = [
  /configmap "([^"]+)" not found/i,
  /couldn't find key \S+ in ConfigMap (?:\S+\/)?(\S+)/,
  /references non-existent config key: (\S+)/,
];

/** What a container or a volume needs of Secrets and ConfigMaps, and does not find. */
function missingReference(
  look: Case,
  message: string,
  source: string,
): Finding | undefined {
  const evidence = (secret?: string) => [
    {
      source,
      // The object's name is ours, and says nothing to people.
      message: secret
        ? message.replaceAll(secret, look.secret(secret))
        : message,
    },
  ];
  const [, key, ofKey] =
    /couldn't find key (\S+) in Secret (?:\S+\/)?(\S+)/.exec(message) ?? [];
  if (key)
    return found(
      evidence(ofKey),
      'SECRET_KEY_MISSING',
      look.secret(ofKey),
      key,
    );
  const [, volumeKey] =
    /references non-existent secret key: (\S+)/.exec(message) ?? [];
  if (volumeKey) {
    const name = secretOfVolume(look, message);
    return found(
      evidence(name),
      'SECRET_KEY_MISSING',
      name ? look.secret(name) : 'A secret',
      volumeKey,
    );
  }
  const [, config] =
    CONFIG.map(pattern => pattern.exec(message)).find(Boolean) ?? [];
  if (config)
    return found(
      evidence(),
      'CONFIG_MISSING',
      // The one with its files has a name that says nothing.
      withoutNames(config),
    );
  const [, secret] = SECRET.exec(message) ?? [];
  if (secret && /not found/.test(message))
    return found(evidence(secret), 'SECRET_MISSING', look.secret(secret));
  return undefined;
}

/** The Secret behind the volume that a message names. */
function secretOfVolume(look: Case, message: string): string | undefined {
  const [, volume] = /volume "([^"]+)"/.exec(message) ?? [];
  return look.pod?.spec?.volumes?.find(({ name }) => name === volume)?.secret
    ?.secretName;
}

function rootFinding(message: string, source: string): Finding {
  const [, user] = /non-numeric user \(([^)]*)\)/.exec(message) ?? [];
  return user
    ? found([{ source, message: `its user is ${user}` }], 'RUNS_AS_ROOT', user)
    : found([{ source, message: 'the image runs as root' }], 'RUNS_AS_ROOT');
}

/** It could not be made; some runtimes find out here that its program cannot be started. */
function refusedContainer(
  look: Case,
  { name }: V1ContainerStatus,
  message: string,
  source: string,
): Finding {
  const evidence = [{ source, message }];
  // What others add has a command of theirs.
  const start = isAdded(name) ? undefined : startProblem(evidence, message);
  if (start)
    return isRuntimes(look, name)
      ? found(evidence, 'RUNTIME_FAILED', start.problem.message)
      : start;
  if (/is reserved for|name .* is already in use/.test(message))
    return found(
      evidence,
      'CONTAINER_REFUSED',
      'the one that was made before it is still there',
    );
  // A container runtime that knows no volumes made of images.
  if (look.hasContentVolume && /failed to mkdir "": mkdir/.test(message))
    return found(
      evidence,
      'CONTAINER_REFUSED',
      "its runtime cannot mount the app's files as a volume made of an image (appStore.kubernetes.contentRegistry needs containerd 2.1 or CRI-O)",
    );
  return found(
    evidence,
    'CONTAINER_REFUSED',
    plain(message.replace(/^failed to create containerd container: /, '')),
  );
}

function waitingFinding(
  look: Case,
  status: V1ContainerStatus,
): Finding | undefined {
  const { reason, message = '' } = status.state?.waiting ?? {};
  const source = look.source(`container ${status.name}, ${reason}`);
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull':
    case 'InvalidImageName':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
    case 'SignatureValidationFailed':
      return contentFinding(look, status) ?? imageFinding(look, status);
    case 'CreateContainerConfigError':
      if (
        /non-root policy|runAsNonRoot|run as root|non-numeric user/.test(
          message,
        )
      )
        return rootFinding(message, source);
      return (
        missingReference(look, message, source) ??
        found([{ source, message }], 'CONTAINER_REFUSED', plain(message))
      );
    case 'CreateContainerError':
    case 'PreCreateHookError':
    case 'PreStartHookError':
    case 'PostStartHookError':
      return (
        missingReference(look, message, source) ??
        refusedContainer(look, status, message, source)
      );
    default:
      return undefined;
  }
}

export function waiting(look: Case): Finding | undefined {
  for (const status of look.containers) {
    const finding = waitingFinding(look, status);
    if (finding) return finding;
  }
  return undefined;
}

/**
 * Since when the kubelet has not come on: every container that is left waits for something that is
 * not its own. Undefined where one of them says what it does.
 */
function settingUpSince(look: Case): Date | string | undefined {
  const { containers, pod } = look;
  const scheduled = look.condition('PodScheduled');
  if (scheduled?.status !== 'True' || pod?.status?.phase !== 'Pending')
    return undefined;
  const ends: Array<Date | string> = [
    scheduled.lastTransitionTime ?? pod.metadata?.creationTimestamp ?? '',
  ];
  for (const { state, lastState } of containers) {
    const { terminated, waiting: waits } = state ?? {};
    if (terminated?.exitCode === 0) ends.push(terminated.finishedAt ?? '');
    else if (
      lastState?.terminated ||
      !['ContainerCreating', 'PodInitializing'].includes(waits?.reason ?? '')
    )
      return undefined;
  }
  return ends.reduce((last, each) =>
    new Date(each).getTime() > new Date(last).getTime() ? each : last,
  );
}

/** What a container needs; how its program starts is in its own status. */
const FAILED =
  /^Failed to pull image|^Error: (?:secret|configmap|couldn't find key|container)/;

/** A container that failed before the pod's status says so, which may take many seconds. */
function failedEvent(look: Case): Finding | undefined {
  const [event] = look
    .podEvents('Failed')
    .filter(({ message }) => FAILED.test(message ?? ''));
  if (!event) return undefined;
  const message = event.message ?? '';
  const [, name = APP_CONTAINER] =
    /\{([^}]+)\}/.exec(event.involvedObject.fieldPath ?? '') ?? [];
  const [, image, reason] =
    /^Failed to pull image "([^"]+)": (.*)$/s.exec(message) ?? [];
  return waitingFinding(look, {
    name,
    image: image ?? '',
    imageID: '',
    ready: false,
    restartCount: 0,
    state: {
      waiting: image
        ? { reason: 'ErrImagePull', message: reason }
        : {
            reason: 'CreateContainerConfigError',
            message: message.replace(/^Error: /, ''),
          },
    },
  });
}

/** Whether an image is being pulled: the app's own, or the one that holds its files. */
function isPulling(look: Case): boolean {
  const images = (reason: string) =>
    look
      .podEvents(reason)
      .map(({ message }) => /image "([^"]+)"/.exec(message ?? '')?.[1] ?? '');
  const pulled = images('Pulled');
  return images('Pulling').some(image => !pulled.includes(image));
}

/** What failed went well afterwards: an event stays for an hour. */
function isPast(look: Case, event: CoreV1Event): boolean {
  if (look.condition('PodReadyToStartContainers')?.status === 'True')
    return true;
  const later = ['Pulling', 'Pulled', 'Created', 'Started'];
  if (event.reason === 'FailedAttachVolume')
    later.push('SuccessfulAttachVolume');
  return look
    .podEvents(...later)
    .some(each => look.age(each) < look.age(event));
}

/** Only events tell of what goes wrong before the first container, and between two of them. */
export function setup(look: Case): Finding | undefined {
  const since = settingUpSince(look);
  if (!since || !look.isOlder(since, SETUP_MS)) return undefined;
  look.lookAgain(Math.max(SETUP_LOOK_MS, look.since(since) / 4));
  const [event] = look.podEvents(
    'FailedMount',
    'FailedAttachVolume',
    'FailedMapVolume',
    'FailedCreatePodSandBox',
    'FailedPodSandBoxStatus',
    'NetworkNotReady',
  );
  if (!event || isPast(look, event)) {
    const failed = failedEvent(look);
    if (failed) return failed;
    if (isPulling(look)) look.note('The image of the app is being pulled.');
    return undefined;
  }
  const message = event.message ?? '';
  const source = `Event ${event.reason} of ${look.pod!.metadata?.name}`;
  const missing = missingReference(look, message, source);
  if (missing) return missing;
  const evidence = [{ source, message }];
  if (/Sandbox|Network/i.test(event.reason ?? '')) {
    const limit = look.spec('app')?.resources?.limits?.memory;
    // Not even the process that sets up the pod fits into it.
    if (NO_MEMORY.test(message))
      return found(evidence, 'MEMORY_TOO_SMALL', limit ?? 'the app');
    // A node that is new has its network a short time later.
    return look.isOlder(since, SANDBOX_MS)
      ? found(
          evidence,
          'SANDBOX_FAILED',
          plain(message.replace(/^Failed to create pod sandbox: /, '')),
        )
      : undefined;
  }
  const account = accountMissing(message, source);
  if (account) return account;
  const [, volume, reason = message] =
    /volume "([^"]+)" ?: (.*)$/s.exec(message) ?? [];
  return found(evidence, 'MOUNT_FAILED', volume, plain(reason));
}
