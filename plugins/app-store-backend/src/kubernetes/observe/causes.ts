/**
 * Why an instance does not run, as far as its cluster tells: for each cause its code, who can fix
 * it, what is said and what helps. Nothing else knows these codes.
 */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';

interface Cause {
  owner: Problem['owner'];
  message(...facts: never[]): string;
  remedy: string | ((...facts: never[]) => string);
  /** The app ended by itself, and Kubernetes starts it again. */
  restarts?: true;
  /** The entry program tells it of a failed installation (`app-store-entry.mjs`). */
  told?: true;
}

/** What the entry program says of a failure, with a capital letter. */
export function sentence(reason: string): string {
  return `${reason.charAt(0).toLocaleUpperCase('en-US')}${reason.slice(1)}`;
}

const CAUSES = {
  CLUSTER_UNREADABLE: {
    owner: 'admin',
    message: () =>
      'The cluster does not answer, so the state of the instance is unknown. If it was running, it continues to run.',
    remedy:
      'Its state is shown again when the cluster answers. An admin must check the Kubernetes API.',
  },
  NODE_LOST: {
    owner: 'admin',
    message: () =>
      'The node of the instance does not answer, so the state of the instance is unknown.',
    remedy:
      'After some minutes the cluster starts it on another node, or shows its state again. An admin must check the nodes.',
  },
  /** Only its owner can say that an empty volume will do. */
  VOLUME_LOST: {
    owner: 'you',
    message: (claimName: string) =>
      `The volume of the instance no longer exists in the cluster (claim ${claimName}). The store does not start it with an empty volume unless you ask for that.`,
    remedy:
      'Ask an admin to restore the volume from a backup. The instance then starts automatically. Or start it with an empty volume.',
  },
  NO_CAPACITY: {
    owner: 'admin',
    message: (reason: string | undefined) =>
      `The cluster cannot schedule the app at the moment: ${reason}`,
    remedy:
      'It starts automatically when there is capacity. Suspend other instances, or ask an admin for more capacity.',
  },
  IMAGE_UNAVAILABLE: {
    owner: 'admin',
    message: (image: string, reason: string) =>
      `The runtime's image ${image} cannot be pulled: ${reason}`,
    remedy:
      'An admin must check the image of this runtime version and the pull secrets of the namespace.',
  },
  SECRET_MISSING: {
    owner: 'author',
    message: (reason: string | undefined) =>
      `The app needs something that does not exist: ${reason}.`,
    remedy:
      "The app's owner must create the secret or key again. The instance then starts automatically.",
  },
  BUNDLE_FAILED: {
    owner: 'platform',
    message: () => "The app's bundle could not be fetched or unpacked.",
    remedy:
      'The store tries again automatically. If the problem continues, an admin must check that pods can reach the store.',
  },
  DEPENDENCIES_FAILED: {
    owner: 'author',
    message: () => "The app's dependencies could not be installed.",
    remedy:
      "The app's author must correct its dependencies and import a new version.",
  },
  INDEX_UNREACHABLE: {
    owner: 'admin',
    message: sentence,
    remedy:
      'The store tries again automatically. An admin must check that apps can reach this address: the network, the proxy, appStore.packages.',
    told: true,
  },
  INDEX_REFUSED: {
    owner: 'admin',
    message: sentence,
    remedy:
      'An admin must check the address and the credentials in appStore.packages, and the permissions in the index.',
    told: true,
  },
  INDEX_FAILED: {
    owner: 'admin',
    message: sentence,
    remedy:
      'The store tries again automatically. If the problem continues, an admin must check the package index.',
    told: true,
  },
  DISK_FULL: {
    owner: 'admin',
    message: sentence,
    remedy:
      'The store tries again automatically. An admin must free disk space on the node.',
    told: true,
  },
  RUNTIME_FAILED: {
    owner: 'admin',
    message: sentence,
    remedy: 'An admin must check the image of this runtime version.',
    told: true,
  },
  APP_EXITED: {
    owner: 'author',
    message: (exitCode: number) =>
      exitCode === 0
        ? 'The app ended without an error (exit code 0). An app must keep running and listen on its port.'
        : `The app ended with exit code ${exitCode}.`,
    remedy:
      'The end of its log shows the reason. It restarts automatically, after longer and longer intervals.',
    restarts: true,
  },
  OUT_OF_MEMORY: {
    owner: 'author',
    message: () => 'The app exceeded its memory limit and was ended.',
    remedy:
      "The app's author must raise Runtime.MemoryLimit or reduce what the app uses.",
    restarts: true,
  },
  /** It runs, but does not answer. */
  NOT_LISTENING: {
    owner: 'author',
    message: (port: number, hint?: string) =>
      `The app runs, but nothing answers on its port ${port}${
        hint ? `: ${hint}` : ''
      }.`,
    remedy: (port: number) =>
      `The app's author must make it listen on port ${port} (also in the variable PORT), on all addresses, or change Runtime.Port.`,
    restarts: true,
  },
} satisfies Record<string, Cause>;

type Causes = typeof CAUSES;

/** The code of a cause. */
export type CauseCode = keyof Causes;

type ToldCode = {
  [C in CauseCode]: Causes[C] extends { told: true } ? C : never;
}[CauseCode];

/** All codes. */
export const CAUSE_CODES = Object.keys(CAUSES) as CauseCode[];

/** @param facts - what the message of the cause names */
export function problemOf<C extends CauseCode>(
  code: C,
  ...facts: Parameters<Causes[C]['message']>
): Problem {
  const { owner, message, remedy }: Cause = CAUSES[code];
  const known = facts as never[];
  return {
    code,
    message: message(...known),
    owner,
    remedy: typeof remedy === 'string' ? remedy : remedy(...known),
  };
}

function causeOf(code: string | undefined): Cause | undefined {
  return code !== undefined && Object.hasOwn(CAUSES, code)
    ? CAUSES[code as CauseCode]
    : undefined;
}

/** Whether an app with this problem ended by itself and is started again. */
export function isRestarted(problem: Problem | undefined): boolean {
  return Boolean(causeOf(problem?.code)?.restarts);
}

/** Whether the entry program may tell this cause. */
export function isTold(code: string): code is ToldCode {
  return Boolean(causeOf(code)?.told);
}
