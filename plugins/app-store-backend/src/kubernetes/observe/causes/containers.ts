/** A container cannot be made: its image, its settings, its program. */
import { SIGNATURE } from '../words/images';
import type { Cause } from './Cause';

const IMAGE_REMEDY =
  'An admin must check the image of this runtime version and the pull secrets of the namespace.';

/** By what the container runtime says of the image. */
const CONTENT_REMEDIES: Record<string, string> = {
  IMAGE_FORBIDDEN:
    'An admin must let requests for /v2/ pass the proxy in front of the portal without a sign-in.',
  IMAGE_NOT_FOUND:
    'An admin must redeploy the instance: the app, or the address from which its files are pulled, has changed.',
  HTML: 'An admin must let requests for /v2/ pass the proxy in front of the portal without a sign-in: a web page comes in their place.',
  REGISTRY_FAILED:
    'The cluster tries again automatically. If the problem continues, an admin must look into the log of the portal.',
};

/** Some registries answer the same to a name that does not exist and to one that is private. */
const MAYBE_MISSING = /does not exist or may require|requested access/;

/** It answers, and what it says is not understood or not trusted. */
const REACHED = /x509|tls:|certificate|HTTP response to HTTPS/;
const REACHED_REMEDIES: Array<[RegExp, string]> = [
  [
    /expired or is not yet valid/,
    'An admin must renew the certificate of the registry, and check the clocks of the nodes.',
  ],
  [
    /x509|tls:|certificate/,
    'An admin must make the nodes trust the certificate of the registry (certs.d of the container runtime).',
  ],
  [
    /HTTP response to HTTPS/,
    'The registry speaks plain HTTP: an admin must allow that in the container runtime of the nodes, or give the registry a certificate.',
  ],
  [
    /context canceled/,
    'The pull made no progress for long: an admin must check the network between the nodes and the registry.',
  ],
];

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
    message: (image: string, registry: string, why: string) => {
      if (why === SIGNATURE)
        return `The image ${image} may not be used: ${SIGNATURE}.`;
      return MAYBE_MISSING.test(why)
        ? `The image ${image} does not exist, or the registry ${registry} does not let the cluster pull it.`
        : `The registry ${registry} does not let the cluster pull the image ${image}.`;
    },
    remedy: (_image: string, _registry: string, why: string) => {
      if (why === SIGNATURE)
        return 'The image must be signed as the policy of the nodes demands, or an admin must change that policy.';
      return MAYBE_MISSING.test(why)
        ? 'Check the name of the image. If it is right, an admin must check the pull secrets of the namespace (appStore.kubernetes.imagePullSecrets).'
        : 'An admin must check the pull secrets of the namespace (appStore.kubernetes.imagePullSecrets).';
    },
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
      REACHED.test(reason)
        ? `The nodes cannot talk to the registry ${registry} of the image ${image}: ${reason}.`
        : `The registry ${registry} of the image ${image} cannot be reached: ${reason}.`,
    remedy: (_image: string, _registry: string, reason: string) =>
      `The cluster tries again automatically. ${
        REACHED_REMEDIES.find(([pattern]) => pattern.test(reason))?.[1] ??
        'An admin must check that the nodes can reach the registry.'
      }`,
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
    remedy: (registry: string, reason: string, code: string) =>
      CONTENT_REMEDIES[/text\/html/.test(reason) ? 'HTML' : code] ??
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
    message: (user?: string) =>
      user
        ? `The image runs as the user "${user}", and only a number shows that this is not root.`
        : 'The image wants to run as root, which is not allowed.',
    remedy: (user?: string) =>
      user
        ? "The app's author must write the user of the image as a number (USER 1000)."
        : "The app's author must build the image so that it runs as another user.",
  },
  /** Of a service mesh, or an agent for secrets. */
  SIDECAR_FAILED: {
    owner: 'admin',
    status: 'FAILED',
    message: (name: string, what: string) =>
      `The container ${name}, which the cluster adds to the app, ${what}.`,
    remedy: (name: string) =>
      `An admin must look into the log of the container ${name}, and into what adds it to pods: a service mesh, or an agent for secrets.`,
  },
  READINESS_GATE: {
    owner: 'admin',
    status: 'PENDING',
    message: (gate: string, why: string) =>
      `The app runs, but ${gate} does not let people in: ${why}.`,
    remedy:
      'An admin must check what sets this condition, such as a load balancer and its health checks.',
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
    remedy: (command: string) =>
      `The app's author must correct the command (Runtime.EntryPoint, Runtime.Args), or add the program to the image.${
        /\.\w+$|\\r|\r/.test(command)
          ? ' A script is also not found where its interpreter is missing, or where it has Windows line ends (CRLF).'
          : ''
      }`,
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
