/** The app was brought to a node: what went wrong from there on. */
import { sentence, type Cause } from './Cause';

export const APP_CAUSES = {
  BUNDLE_FAILED: {
    owner: 'platform',
    status: 'FAILED',
    message: () => "The app's bundle could not be fetched or unpacked.",
    remedy:
      'The store tries again automatically. If the problem continues, an admin must check that `appStore.kubernetes.storeUrl` leads pods to this store, and to no other.',
  },
  DEPENDENCIES_FAILED: {
    owner: 'author',
    status: 'FAILED',
    message: () => "The app's dependencies could not be installed.",
    remedy:
      "The app's author must correct its dependencies and import a new version.",
  },
  INSTALL_OUT_OF_MEMORY: {
    owner: 'author',
    status: 'FAILED',
    message: (limit?: string) =>
      `The installation of the app's dependencies needed more memory than ${
        limit ? `its limit of ${limit}` : 'it may'
      } and was ended.`,
    remedy: "The app's author must raise Runtime.MemoryLimit.",
  },
  INDEX_UNREACHABLE: {
    owner: 'admin',
    status: 'FAILED',
    message: sentence,
    remedy:
      'The store tries again automatically. An admin must check that apps can reach this address: the network, the proxy, appStore.packages.',
    told: true,
  },
  INDEX_REFUSED: {
    owner: 'admin',
    status: 'FAILED',
    message: sentence,
    remedy:
      'An admin must check the address and the credentials in appStore.packages, and the permissions in the index.',
    told: true,
  },
  INDEX_FAILED: {
    owner: 'admin',
    status: 'FAILED',
    message: sentence,
    remedy:
      'The store tries again automatically. If the problem continues, an admin must check the package index.',
    told: true,
  },
  DISK_FULL: {
    owner: 'admin',
    status: 'FAILED',
    message: sentence,
    remedy:
      'The store tries again automatically. An admin must free disk space on the node.',
    told: true,
  },
  RUNTIME_FAILED: {
    owner: 'admin',
    status: 'FAILED',
    message: sentence,
    remedy: 'An admin must check the image of this runtime version.',
    told: true,
  },
  APP_EXITED: {
    owner: 'author',
    status: 'FAILED',
    message: (exitCode: number) =>
      exitCode === 0
        ? 'The app ended without an error (exit code 0). An app must keep running and listen on its port.'
        : `The app ended with exit code ${exitCode}.`,
    remedy:
      'The end of its log shows the reason. It restarts automatically, after longer and longer intervals.',
    restarts: true,
  },
  APP_CRASHED: {
    owner: 'author',
    status: 'FAILED',
    message: (exitCode: number) =>
      `The app crashed: a signal ended it (exit code ${exitCode}).`,
    remedy:
      'The end of its log may show the reason. It restarts automatically, after longer and longer intervals.',
    restarts: true,
  },
  OUT_OF_MEMORY: {
    owner: 'author',
    status: 'FAILED',
    message: (limit?: string) =>
      limit
        ? `The app needed more memory than its limit of ${limit} and was ended.`
        : 'The app exceeded its memory limit and was ended.',
    remedy:
      "The app's author must raise Runtime.MemoryLimit or reduce what the app uses.",
    restarts: true,
  },
  HEAP_LIMIT: {
    owner: 'author',
    status: 'FAILED',
    message: () =>
      'The app ended because its own memory (heap) was full, below the limit of its container.',
    remedy:
      "The app's author must raise the heap limit of its language (for Node.js: --max-old-space-size) or reduce what the app uses.",
    restarts: true,
  },
  GPU_MEMORY: {
    owner: 'author',
    status: 'FAILED',
    message: () => 'The app ended because the memory of its GPU was full.',
    remedy:
      "The app's author must use a smaller model or smaller batches. Or choose a launch profile with a larger GPU.",
    restarts: true,
  },
  PROCESS_LIMIT: {
    owner: 'author',
    status: 'FAILED',
    message: () =>
      'The app ended because it may not start any more threads or processes.',
    remedy:
      "The app's author must start fewer of them. An admin can raise the limit of the nodes (podPidsLimit).",
    restarts: true,
  },
  NO_SPACE: {
    owner: 'author',
    status: 'FAILED',
    message: (path?: string) =>
      `The app ended because there was no space left where it writes${
        path ? ` (${path})` : ''
      }.`,
    remedy:
      "The app's author must make it write less, or ask for more space (Runtime.VolumeSize, Runtime.ResourceVolumeSize).",
    restarts: true,
  },
  PORT_IN_USE: {
    owner: 'author',
    status: 'FAILED',
    message: (port: string) =>
      `The app ended because its port ${port} was already in use in its own container.`,
    remedy:
      "The app's author must start only one program on this port, or change Runtime.Port.",
    restarts: true,
  },
  /** It runs, but does not answer. */
  NOT_LISTENING: {
    owner: 'author',
    status: 'PENDING',
    message: (port: number, hint?: string) =>
      `The app runs, but nothing answers on its port ${port}${
        hint ? `: ${hint}` : ''
      }.`,
    remedy: (port: number) =>
      `The app's author must make it listen on port ${port} (also in the variable PORT), on all addresses, or change Runtime.Port.`,
    restarts: true,
  },
  STOPPED_ANSWERING: {
    owner: 'author',
    status: 'PENDING',
    message: (port: number) =>
      `The app runs, but stopped answering on its port ${port}.`,
    remedy:
      'It is reachable again as soon as it answers. The end of its log may show what it is doing.',
    restarts: true,
  },
} satisfies Record<string, Cause>;
