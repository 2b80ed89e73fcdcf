/** A container cannot be made: its image, its settings, its program. */
import type { Cause } from './Cause';

const IMAGE_REMEDY =
  'An admin must check the image of this runtime version and the pull secrets of the namespace.';

/** By what the container runtime says of the image. */
const CONTENT_REMEDIES: Record<string, string> = {
  IMAGE_FORBIDDEN:
    'An admin must let requests for /v2/ pass the proxy in front of the portal without a sign-in.',
  IMAGE_NOT_FOUND:
    'An admin must redeploy the instance: the app, or the address from which its files are pulled, has changed.',
  REGISTRY_FAILED:
    'The cluster tries again automatically. If the problem continues, an admin must look into the log of the portal.',
};

export const CONTAINER_CAUSES = {
  IMAGE_UNAVAILABLE: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string, reason: string) =>
      `The image ${image} cannot be pulled: ${reason}`,
    remedy: IMAGE_REMEDY,
  },
  IMAGE_NOT_FOUND: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string) => `The image ${image} does not exist.`,
    remedy:
      'The name or the tag of the image must be corrected, or the image pushed: by an admin for a runtime version, by the author for an image of the app.',
  },
  IMAGE_NAME_INVALID: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string, reason: string) =>
      `${image} is not a valid name of an image: ${reason}`,
    remedy:
      'The name of the image must be corrected: by an admin for a runtime version, by the author for an image of the app.',
  },
  IMAGE_WRONG_PLATFORM: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string) =>
      `The image ${image} has no variant for the processor of the node.`,
    remedy:
      'The image must be published for this architecture: by an admin for a runtime version, by the author for an image of the app.',
  },
  IMAGE_FORBIDDEN: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string, registry: string) =>
      `The registry ${registry} does not let the cluster pull the image ${image}.`,
    remedy:
      'An admin must check the pull secrets of the namespace (appStore.kubernetes.imagePullSecrets).',
  },
  IMAGE_NOT_ON_NODE: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string) =>
      `The image ${image} is not on the node, and may not be pulled.`,
    remedy:
      'An admin must put the image on the nodes, or change its pull policy.',
  },
  REGISTRY_UNREACHABLE: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string, registry: string, reason: string) =>
      `The registry ${registry} of the image ${image} cannot be reached: ${reason}.`,
    remedy:
      'The cluster tries again automatically. An admin must check that the nodes can reach the registry.',
  },
  REGISTRY_BUSY: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string, registry: string) =>
      `The registry ${registry} refuses to send the image ${image} for now: too many requests.`,
    remedy:
      'The cluster tries again automatically. An admin can give the cluster an account at the registry, or a mirror.',
  },
  REGISTRY_FAILED: {
    owner: 'admin',
    status: 'FAILED',
    message: (image: string, registry: string, reason: string) =>
      `The registry ${registry} fails to send the image ${image}: ${reason}.`,
    remedy:
      'The cluster tries again automatically. If the problem continues, an admin must check the registry.',
  },
  CONTENT_UNAVAILABLE: {
    owner: 'admin',
    status: 'FAILED',
    message: (registry: string, reason: string, _code: string) =>
      `The node cannot pull the files of the app from ${registry}: ${reason}.`,
    remedy: (registry: string, _reason: string, code: string) =>
      CONTENT_REMEDIES[code] ??
      `The cluster tries again automatically. An admin must check that the nodes reach ${registry} (appStore.kubernetes.contentRegistry), that the portal answers to this name, and that they trust its certificate.`,
  },
  SECRET_MISSING: {
    owner: 'author',
    status: 'FAILED',
    message: (secret: string) =>
      `${secret} does not exist, and the app needs it.`,
    remedy:
      "The app's owner must create the secret again. The instance then starts automatically.",
  },
  SECRET_KEY_MISSING: {
    owner: 'author',
    status: 'FAILED',
    message: (secret: string, key: string) =>
      `${secret} has no key ${key}, and the app needs it.`,
    remedy:
      "The app's owner must add the key to the secret. The instance then starts automatically.",
  },
  CONFIG_MISSING: {
    owner: 'platform',
    status: 'FAILED',
    message: (name: string) =>
      `The ConfigMap ${name}, which the pod needs, does not exist or lacks a key.`,
    remedy:
      'The store makes what is its own again automatically. An admin must create what the configuration names, such as appStore.kubernetes.caCertificates.',
  },
  RUNS_AS_ROOT: {
    owner: 'author',
    status: 'FAILED',
    message: () => 'The image wants to run as root, which is not allowed.',
    remedy:
      "The app's author must build the image so that it runs as another user.",
  },
  CONTAINER_REFUSED: {
    owner: 'admin',
    status: 'FAILED',
    message: (reason: string) =>
      `The node cannot make the container: ${reason}.`,
    remedy:
      'The cluster tries again automatically. An admin must check the node and the settings of the runtime version.',
  },
  SANDBOX_FAILED: {
    owner: 'admin',
    status: 'FAILED',
    message: (reason: string) => `The node cannot set up the pod: ${reason}.`,
    remedy:
      'The cluster tries again automatically. An admin must check the node: its network, its runtime classes.',
  },
  MEMORY_TOO_SMALL: {
    owner: 'author',
    status: 'FAILED',
    message: (limit: string) =>
      `The memory limit of ${limit} is too small to start anything.`,
    remedy: "The app's author must raise Runtime.MemoryLimit.",
  },
  COMMAND_NOT_FOUND: {
    owner: 'author',
    status: 'FAILED',
    message: (command: string) =>
      `The command ${command} does not exist in the app's image.`,
    remedy:
      "The app's author must correct the command (Runtime.EntryPoint, Runtime.Args), or add the program to the image.",
    restarts: true,
  },
  NOT_EXECUTABLE: {
    owner: 'author',
    status: 'FAILED',
    message: (command: string) => `${command} may not be executed.`,
    remedy: "The app's author must make the file executable (chmod +x).",
    restarts: true,
  },
  WRONG_ARCHITECTURE: {
    owner: 'author',
    status: 'FAILED',
    message: (command: string) =>
      `${command} is not a program that this node can run: it is built for another processor, or is a script without a "#!" line.`,
    remedy:
      'The app\'s author must build it for the processor of the nodes, or begin the script with "#!".',
    restarts: true,
  },
  START_FAILED: {
    owner: 'author',
    status: 'FAILED',
    message: (reason: string) => `The container cannot be started: ${reason}.`,
    remedy:
      "The app's author must correct the command, the working directory or the paths of its files and volumes.",
    restarts: true,
  },
} satisfies Record<string, Cause>;
