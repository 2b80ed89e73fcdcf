/** The resources of the app store, as its REST API speaks of them. */

/** Who may see or use something (specification 2.2, 2.3). */
export type Visibility = 'PRIVATE' | 'ALL_USERS' | 'PUBLIC';

/** How an app comes by its instances (specification 2.2). */
export type InstanceLifecycle = 'ON_DEMAND' | 'MANAGED' | 'LINK';

/** The state of an instance (specification 2.3). */
export type InstanceStatus =
  | 'UNKNOWN'
  | 'PENDING'
  | 'DEPLOYED'
  | 'FAILED'
  | 'SUSPENDED';

/** Who can do something about a problem. */
export type ProblemOwner = 'you' | 'author' | 'admin' | 'platform';

/** A problem, said so that the reader knows what comes next. */
export interface Problem {
  /** A stable, upper-case name: `PORT_NOT_OPEN`. */
  code: string;
  /** What happened, in one sentence. */
  message: string;
  /** Who can fix it. */
  owner: ProblemOwner;
  /** The next step. */
  remedy: string;
  /** Further lines, such as the end of a log, for those who may read it. */
  detail?: string;
}

/** One fault or oddity of several, with its place in a file. */
export interface Issue {
  severity?: 'error' | 'warning';
  /** The rule. */
  code?: string;
  message: string;
  /** `Runtime.Port`, or a file. */
  path?: string;
  /** In `app.toml`; both counted from 1. */
  line?: number;
  column?: number;
  remedy?: string;
}

/** A label of apps. */
export interface AppTag {
  id: string;
  name: string;
  title: string;
  /** `#rrggbb`. */
  color: string;
  description: string;
}

/** Whether an app can be run here. */
export interface Runnability {
  runnable: boolean;
  problems: Problem[];
}

/** What an app asks of the platform. */
export interface AppRequirements {
  runtime: string;
  memoryLimit: string;
  memoryReservation: string;
  cpuLimit?: string;
  gpuCount: number;
  volumeSize?: string;
  volumeMount?: string;
  /** Names of secrets that have to be there. */
  secrets: string[];
  /** Operating-system packages that its `packages.txt` names. */
  osPackages: string[];
}

/** One version of an app. */
export interface App {
  id: string;
  name: string;
  version: string;
  title: string;
  description: string;
  /** Markdown. */
  longDescription: string;
  keywords: string[];
  visibility: Visibility;
  lifecycle: InstanceLifecycle;
  /** Entity ref; absent where the reader may not know the owner. */
  owner?: string;
  /** Absent for visitors. */
  tags?: AppTag[];
  /** Paths below the API's root. */
  icon?: string;
  screenshots: string[];
  requirements: AppRequirements;
  linkAddress?: string;
  runnability: Runnability;
  /** True for the newest version of its name that the reader may see. */
  newest: boolean;
  /** RFC 3339. */
  createdAt: string;
  updatedAt: string;
  /** What the reader may do. */
  can: {
    run: boolean;
    delete: boolean;
    update: boolean;
    download: boolean;
  };
}

/** A part of a bundle, as `app meta` shows it (specification 8). */
export const APP_META_PARTS = [
  'REQUIREMENTS',
  'PACKAGES',
  'FILES',
  'APP',
] as const;
export type AppMetaPart = (typeof APP_META_PARTS)[number];

/** What may be changed of an app version. */
export interface AppChange {
  visibility?: Visibility;
  /** Names of all its tags. */
  tags?: string[];
}

/** What came of an import. */
export interface ImportedApp {
  app: App;
  /** What was noticed and does not matter. */
  warnings: Issue[];
}

/** The parts of a launch, in order. */
export const LAUNCH_STAGES = [
  'accepted',
  'scheduled',
  'bundle',
  'dependencies',
  'starting',
  'ready',
] as const;

/** One part of a launch. */
export type LaunchStage = (typeof LAUNCH_STAGES)[number];

/** A running or suspended copy of an app. */
export interface AppInstance {
  id: string;
  appId: string;
  appName: string;
  appVersion: string;
  appTitle: string;
  appIcon?: string;
  /** Entity ref; absent where the reader may not know the owner. */
  owner?: string;
  visibility: Visibility;
  status: InstanceStatus;
  /** How far the running launch has come; `ready` afterwards; absent while suspended. */
  stage?: LaunchStage;
  /** When each stage of the last launch was reached, RFC 3339 with milliseconds. */
  stages: Partial<Record<LaunchStage, string>>;
  /** What keeps it from running. */
  problem?: Problem;
  restartCount: number;
  /** Where it is opened. */
  url: string;
  /** RFC 3339; absent where it never suspends by itself. */
  suspendAfter?: string;
  /** True between the order to end and the end. */
  terminating: boolean;
  createdAt: string;
  updatedAt: string;
  /** What the reader may do. */
  can: {
    open: boolean;
    logs: boolean;
    status: boolean;
    suspend: boolean;
    resume: boolean;
    terminate: boolean;
    update: boolean;
  };
}

/** An event of the cluster about an instance. */
export interface InstanceEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  count: number;
  lastSeen: string;
}

/** The reader. */
export interface Me {
  userEntityRef: string;
  displayName: string;
  kind: 'visitor' | 'full-access';
  admin: boolean;
  roles: string[];
  instanceLimit: number;
  runningInstances: number;
}

/** The name of a secret and its keys; never a value. */
export interface AppSecret {
  id: string;
  name: string;
  visibility: 'PRIVATE' | 'ALL_USERS' | 'APP';
  parent?: string;
  keys: string[];
  createdAt: string;
  updatedAt: string;
}

/** A token of a command line (`login`) or of a machine; never the token itself. */
export interface AccessToken {
  id: string;
  name: string;
  kind: 'login' | 'machine';
  createdAt: string;
  expiresAt: string;
  lastUsedAt?: string;
}

/** A sign-in of a command line that waits for a person to confirm it. */
export interface LoginRequest {
  /** What asks, in its own words. */
  client: string;
  userCode: string;
  createdAt: string;
  expiresAt: string;
}

/** The beginning of a sign-in through the browser (RFC 8628). */
export interface BegunLogin {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  verificationUriComplete: string;
  /** Seconds. */
  expiresIn: number;
  interval: number;
}

/** Which apps to list. */
export interface AppQuery {
  /** Words that a name, title, description or keyword holds. */
  search?: string;
  tag?: string;
  mine?: boolean;
  /** Exactly this name, in all its versions. */
  name?: string;
  /** Only apps that can be run here, or only those that cannot (specification 7.1). */
  runnable?: boolean;
}

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

/** The body of every failed request (RFC 9457, with the members of {@link Problem}). */
export interface ProblemDetails {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  code: string;
  owner: ProblemOwner;
  remedy: string;
  /** Single faults, for a body or bundle with several. */
  issues?: Issue[];
}
