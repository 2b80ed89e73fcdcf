/** Labels and names of the store's objects in a cluster. */
const LABEL_PREFIX = 'ai-app-store.io/';
export const FIELD_MANAGER = 'ai-app-store';
/** Audience of the tokens with which init containers ask for their bundle. */
export const TOKEN_AUDIENCE = 'app-store';

/** The containers of a pod. */
export const APP_CONTAINER = 'app';
export const PREPARE_CONTAINER = 'prepare';
/** Pods of former releases have these two instead of the one before. */
export const BUNDLE_CONTAINER = 'bundle';
export const DEPENDENCIES_CONTAINER = 'dependencies';

/** Tells the pods of one launch from those of the next. */
export const LAUNCH_ANNOTATION = `${LABEL_PREFIX}launch`;

export const LABELS = {
  installation: `${LABEL_PREFIX}installation`,
  instance: `${LABEL_PREFIX}instance`,
  app: `${LABEL_PREFIX}app`,
  owner: `${LABEL_PREFIX}owner`,
  secret: `${LABEL_PREFIX}secret`,
  alias: `${LABEL_PREFIX}alias`,
  canary: `${LABEL_PREFIX}canary`,
  canaryRun: `${LABEL_PREFIX}canary-run`,
} as const;

/** https://kueue.sigs.k8s.io/docs/tasks/run/plain_pods/ */
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

/** The highest epoch of the database that the cluster has seen. */
export const EPOCH_ANNOTATION = `${LABEL_PREFIX}epoch`;
/** The name of the alias that a route is for; too long for a label. */
export const ALIAS_ANNOTATION = `${LABEL_PREFIX}alias-name`;
/** A digest of a route as it was wanted: what is no longer wanted of it is no default of the cluster. */
export const WANTED_ANNOTATION = `${LABEL_PREFIX}wanted`;
/** On a secret without a row that stays, since nobody could say whose it is. */
export const KEPT_ANNOTATION = `${LABEL_PREFIX}kept-without-row`;
/** What an instance's workload and volume say of it, as JSON, so that its row can be made again. */
export const INSTANCE_ANNOTATION = `${LABEL_PREFIX}instance-record`;

/**
 * What a secret's object says of itself, so that its row can be made again from it after a
 * backup of the database was restored.
 */
export const SECRET_ANNOTATIONS = {
  name: `${LABEL_PREFIX}secret-name`,
  visibility: `${LABEL_PREFIX}secret-visibility`,
  parent: `${LABEL_PREFIX}secret-parent`,
  owner: `${LABEL_PREFIX}secret-owner`,
} as const;

/** The name of an instance's objects; begins with a letter, as names of services must (RFC 1035). */
export function objectName(instanceId: string): string {
  return `i-${instanceId}`;
}

export function pvcName(instanceId: string): string {
  return `i-${instanceId}-data`;
}

export function filesName(instanceId: string): string {
  return `i-${instanceId}-files`;
}

/** The id of the instance whose object has this name; undefined where none has. */
export function instanceOf(name: string | undefined): string | undefined {
  return /^i-(.+?)(-data|-files)?$/.exec(name ?? '')?.[1];
}

/** The name of the Kubernetes Secret of a secret of the store. */
export function secretObjectName(secretId: string): string {
  return `s-${secretId}`;
}
