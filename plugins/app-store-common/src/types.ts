/**
 * The resources of the app store, as its REST API speaks of them. The shapes come
 * from the API's document (`openapi/`); these are their names.
 */
import type { components, operations } from './api/schema.generated';

type Schemas = components['schemas'];

/** Who may see or use something (specification 2.2, 2.3). */
export type Visibility = Schemas['Visibility'];
/** How an app comes by its instances (specification 2.2). */
export type InstanceLifecycle = Schemas['InstanceLifecycle'];
/** The state of an instance (specification 2.3). */
export type InstanceStatus = Schemas['InstanceStatus'];
/** Who can do something about a problem. */
export type ProblemOwner = Schemas['ProblemOwner'];
/** A problem, said so that the reader knows what comes next. */
export type Problem = Schemas['Problem'];
/** One fault or oddity of several, with its place in a file. */
export type Issue = Schemas['Issue'];
/** The body of every failed request (RFC 9457, with the members of {@link Problem}). */
export type ProblemDetails = Schemas['ProblemDetails'];

/** The reader. */
export type Me = Schemas['Me'];
/** What the store is set to. */
export type StoreInfo = Schemas['StoreInfo'];
/** A banner that stays. */
export type Notice = Schemas['Notice'];
/** A way to run apps of a mode. */
export type RuntimeVersionInfo = Schemas['RuntimeVersion'];
/** A named size that an instance may be run with. */
export type LaunchProfile = Schemas['LaunchProfile'];
/** A decision of the access rules, with its reasons. */
export type Explanation = Schemas['Explanation'];

/** One version of an app. */
export type App = Schemas['App'];
/** An offer to hand app versions over. */
export type Offer = Schemas['Offer'];
/** Which offers to list. */
export type OfferScope = NonNullable<
  NonNullable<operations['listOffers']['parameters']['query']>['scope']
>;
/** A tag as an app bears it. */
export type AppTag = Schemas['AppTag'];
/** Something that is asked when an instance is run. */
export type AppParameter = Schemas['AppParameter'];
/** What may be changed of an app version. */
export type AppChange = Schemas['AppChange'];
/** What came of an import. */
export type ImportedApp = Schemas['ImportedApp'];
/** How to run an app. */
export type RunRequest = Partial<Schemas['RunRequest']>;
/** Where the newest instance of a managed app is. */
export type ManagedInstance = Schemas['ManagedInstance'];
/** Which apps to list, and how. */
export type AppQuery = NonNullable<
  operations['listApps']['parameters']['query']
>;

/** A part of a bundle, as `app meta` shows it (specification 8). */
export const APP_META_PARTS = [
  'REQUIREMENTS',
  'PACKAGES',
  'FILES',
  'APP',
] as const;
export type AppMetaPart = (typeof APP_META_PARTS)[number];

/** The parts of a launch, in order. */
export const LAUNCH_STAGES = [
  'accepted',
  'scheduled',
  'bundle',
  'dependencies',
  'starting',
  'ready',
] as const satisfies ReadonlyArray<Schemas['LaunchStage']>;
/** One part of a launch. */
export type LaunchStage = Schemas['LaunchStage'];

/** A running or suspended copy of an app. */
export type AppInstance = Schemas['AppInstance'];
/** Which instances to list, and how. */
export type InstanceQuery = NonNullable<
  operations['listInstances']['parameters']['query']
>;
/** An event of the cluster about an instance. */
export type InstanceEvent = Schemas['InstanceEvent'];
/** What the cluster says of an instance's pod. */
export type PodStatus = Schemas['PodStatus'];

/** A label of apps, and how visitors get to see them. */
export type Tag = Schemas['Tag'];
export type TagKind = Schemas['TagKind'];
export type NewTag = Schemas['NewTag'];
export type TagChange = Schemas['TagChange'];

/** The name of a secret and its keys; never a value. */
export type AppSecret = Schemas['AppSecret'];
export type SecretVisibility = Schemas['SecretVisibility'];
export type SecretUsage = Schemas['SecretUsage'];
/** What tells one secret from another. */
export interface SecretIdentity {
  name: string;
  visibility?: SecretVisibility;
  /** `app:<app name>`, of an APP secret. */
  parent?: string;
}

/** A custom URL with a life of its own. */
export type AppAlias = Schemas['AppAlias'];
/** One change of an alias. */
export type AliasChange = Schemas['AliasChange'];

/** One line of the audit. */
export type RecoveryItem = Schemas['RecoveryItem'];
export type RecoveryReport = Schemas['RecoveryReport'];
export type RecoveryDecision = Schemas['RecoveryDecision'];
export type AuditRecord = Schemas['AuditRecord'];
export type AuditResult = Schemas['AuditResult'];
/** A policy laid over the access rules, as it is sent. */
export type IamPolicyDocument = Schemas['IamPolicy'];

/** A token of a command line (`login`) or of a machine; never the token itself. */
export type AccessToken = Schemas['AccessToken'];
/** A sign-in of a command line that waits for a person to confirm it. */
export type LoginRequest = Schemas['LoginRequest'];
/** The beginning of a sign-in through the browser (RFC 8628). */
export type BegunLogin = Schemas['BegunLogin'];

/** An app version as the catalog may hold it. */
export type CatalogApp = Schemas['CatalogApp'];
/** A tag as the catalog may hold it. */
export type CatalogTag = Schemas['CatalogTag'];
/** What of the store's entities a person may read. */
export type CatalogReader = Schemas['CatalogReader'];

/** Which output of an instance to read. */
export interface LogQuery {
  /** `app` (default), or one of the init containers. */
  container?: string;
  /** The process before the one that runs now. */
  previous?: boolean;
  follow?: boolean;
  /** The last so many lines. */
  tail?: number;
  signal?: AbortSignal;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  nextCursor?: string;
}
