/**
 * The resources of the app store, as its REST API speaks of them. The shapes come
 * from the API's document (`openapi/`); these are their names.
 */
import type { components, operations } from './api/schema.generated';

type Schemas = components['schemas'];

/**
 * Who may see or use something (specification 2.2, 2.3).
 *
 * @public
 */
export type Visibility = Schemas['Visibility'];
/**
 * How an app comes by its instances (specification 2.2).
 *
 * @public
 */
export type InstanceLifecycle = Schemas['InstanceLifecycle'];
/**
 * The state of an instance (specification 2.3).
 *
 * @public
 */
export type InstanceStatus = Schemas['InstanceStatus'];
/**
 * What holds of an instance beside its status, in the manner of Kubernetes' conditions.
 *
 * @public
 */
export type InstanceCondition = Schemas['InstanceCondition'];
/**
 * Who can do something about a problem.
 *
 * @public
 */
export type ProblemOwner = Schemas['ProblemOwner'];
/**
 * A problem, said so that the reader knows what comes next.
 *
 * @public
 */
export type Problem = Schemas['Problem'];
/**
 * One fault or oddity of several, with its place in a file.
 *
 * @public
 */
export type Issue = Schemas['Issue'];
/**
 * The body of every failed request (RFC 9457, with the members of {@link Problem}).
 *
 * @public
 */
export type ProblemDetails = Schemas['ProblemDetails'];

/**
 * The reader.
 *
 * @public
 */
export type Me = Schemas['Me'];
/**
 * What the store is set to.
 *
 * @public
 */
export type StoreInfo = Schemas['StoreInfo'];
/**
 * A banner that stays.
 *
 * @public
 */
export type Notice = Schemas['Notice'];
/**
 * A way to run apps of a mode.
 *
 * @public
 */
export type RuntimeVersionInfo = Schemas['RuntimeVersion'];
/**
 * A named size that an instance may be run with.
 *
 * @public
 */
export type LaunchProfile = Schemas['LaunchProfile'];
/**
 * A decision of the access rules, with its reasons.
 *
 * @public
 */
export type Explanation = Schemas['Explanation'];

/**
 * One version of an app.
 *
 * @public
 */
export type App = Schemas['App'];
/**
 * An offer to hand app versions over.
 *
 * @public
 */
export type Offer = Schemas['Offer'];
/**
 * Which offers to list.
 *
 * @public
 */
export type OfferScope = NonNullable<
  NonNullable<operations['listOffers']['parameters']['query']>['scope']
>;
/**
 * A tag as an app has it.
 *
 * @public
 */
export type AppTag = Schemas['AppTag'];
/**
 * Something that is asked when an instance is run.
 *
 * @public
 */
export type AppParameter = Schemas['AppParameter'];
/**
 * What may be changed of an app version.
 *
 * @public
 */
export type AppChange = Schemas['AppChange'];
/**
 * What came of an import.
 *
 * @public
 */
export type ImportedApp = Schemas['ImportedApp'];
/**
 * How to run an app.
 *
 * @public
 */
export type RunRequest = Partial<Schemas['RunRequest']>;
/**
 * How long the last starts of an app took.
 *
 * @public
 */
export type AppStarts = Schemas['AppStarts'];
/**
 * Where the newest instance of a managed app is.
 *
 * @public
 */
export type ManagedInstance = Schemas['ManagedInstance'];
/**
 * Which apps to list, and how.
 *
 * @public
 */
export type AppQuery = NonNullable<
  operations['listApps']['parameters']['query']
>;

/**
 * A part of a bundle, as `app meta` shows it (specification 8).
 *
 * @public
 */
export const APP_META_PARTS = [
  'REQUIREMENTS',
  'PACKAGES',
  'FILES',
  'APP',
] as const;
/** @public */
export type AppMetaPart = (typeof APP_META_PARTS)[number];

/**
 * The parts of a launch, in order.
 *
 * @public
 */
export const LAUNCH_STAGES = [
  'accepted',
  'scheduled',
  'bundle',
  'dependencies',
  'starting',
  'ready',
] as const satisfies ReadonlyArray<Schemas['LaunchStage']>;
/**
 * One part of a launch.
 *
 * @public
 */
export type LaunchStage = Schemas['LaunchStage'];

/**
 * The steps of a launch, in their order.
 *
 * @public
 */
export const LAUNCH_STEPS = [
  'queued',
  'applied',
  'scheduled',
  'pulled',
  'bundle',
  'dependencies',
  'started',
  'probed',
  'routed',
  'firstByte',
] as const satisfies ReadonlyArray<Schemas['LaunchStep']>;

/**
 * What a launch spends its time with, finer than its stages.
 *
 * @public
 */
export type LaunchStep = Schemas['LaunchStep'];

/**
 * What a launch took, step by step.
 *
 * @public
 */
export type LaunchReceipt = Schemas['LaunchReceipt'];

/**
 * A running or suspended copy of an app.
 *
 * @public
 */
export type AppInstance = Schemas['AppInstance'];
/**
 * Which instances to list, and how.
 *
 * @public
 */
export type InstanceQuery = NonNullable<
  operations['listInstances']['parameters']['query']
>;
/**
 * An event of the cluster about an instance.
 *
 * @public
 */
export type InstanceEvent = Schemas['InstanceEvent'];
/**
 * What the cluster says of an instance's pod.
 *
 * @public
 */
export type PodStatus = Schemas['PodStatus'];

/**
 * A label of apps, and how visitors get to see them.
 *
 * @public
 */
export type Tag = Schemas['Tag'];
/** @public */
export type TagKind = Schemas['TagKind'];
/** @public */
export type NewTag = Schemas['NewTag'];
/** @public */
export type TagChange = Schemas['TagChange'];

/**
 * The name of a secret and its keys; never a value.
 *
 * @public
 */
export type AppSecret = Schemas['AppSecret'];
/** @public */
export type SecretVisibility = Schemas['SecretVisibility'];
/** @public */
export type SecretUsage = Schemas['SecretUsage'];
/**
 * What tells one secret from another.
 *
 * @public
 */
export interface SecretIdentity {
  name: string;
  visibility?: SecretVisibility;
  /** `app:<app name>`, of an APP secret. */
  parent?: string;
}

/**
 * A custom URL with a life of its own.
 *
 * @public
 */
export type AppAlias = Schemas['AppAlias'];
/**
 * One change of an alias.
 *
 * @public
 */
export type AliasChange = Schemas['AliasChange'];

/**
 * One line of the audit.
 *
 * @public
 */
export type RecoveryItem = Schemas['RecoveryItem'];
/**
 * What must hold between the store and its cluster.
 *
 * @public
 */
export type DoctorReport = Schemas['DoctorReport'];
/** @public */
export type DoctorCheck = Schemas['DoctorCheck'];
/** @public */
export type DoctorRepair = Schemas['DoctorRepair'];
/** @public */
export type RecoveryReport = Schemas['RecoveryReport'];
/** @public */
export type RecoveryDecision = Schemas['RecoveryDecision'];
/** @public */
export type AuditRecord = Schemas['AuditRecord'];
/** @public */
export type AuditResult = Schemas['AuditResult'];
/**
 * A policy laid over the access rules, as it is sent.
 *
 * @public
 */
export type IamPolicyDocument = Schemas['IamPolicy'];

/**
 * A token of a command line (`login`) or of a machine; never the token itself.
 *
 * @public
 */
export type AccessToken = Schemas['AccessToken'];
/**
 * A sign-in of a command line that waits for a person to confirm it.
 *
 * @public
 */
export type LoginRequest = Schemas['LoginRequest'];
/**
 * The beginning of a sign-in through the browser (RFC 8628).
 *
 * @public
 */
export type BegunLogin = Schemas['BegunLogin'];

/**
 * An app version as the catalog may hold it.
 *
 * @public
 */
export type CatalogApp = Schemas['CatalogApp'];
/**
 * A tag as the catalog may hold it.
 *
 * @public
 */
export type CatalogTag = Schemas['CatalogTag'];
/**
 * The beginning of an app version's long description.
 *
 * @public
 */
export type CatalogText = Schemas['CatalogText'];
/**
 * What of the store's entities a person may read.
 *
 * @public
 */
export type CatalogReader = Schemas['CatalogReader'];

/**
 * Which output of an instance to read.
 *
 * @public
 */
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

/**
 * One page of a list.
 *
 * @public
 */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/**
 * Something that is declared, and how the store stands to it.
 *
 * @public
 */
export type StoreDeclaration = Schemas['Declaration'];
/**
 * How the store stands to a declaration.
 *
 * @public
 */
export type DeclarationState = Schemas['DeclarationState'];
/**
 * What is declared against what is there.
 *
 * @public
 */
export type DeclarationChange = Schemas['DeclarationChange'];
/**
 * What would be done for a declaration, or was.
 *
 * @public
 */
export type DeclarationPlan = Schemas['DeclarationPlan'];
/**
 * Declarations out of files.
 *
 * @public
 */
export type DeclarationFiles = NonNullable<
  operations['applyDeclarationFiles']['requestBody']
>['content']['application/json'];
/**
 * Which declarations to list.
 *
 * @public
 */
export type DeclarationQuery = NonNullable<
  operations['listDeclarations']['parameters']['query']
>;
