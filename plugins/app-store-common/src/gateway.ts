/** What the store and the gateway tell each other. */
import type { InstanceStatus, LaunchStage, Problem, Visibility } from './types';

/**
 * Where the gateway reaches an instance.
 *
 * @public
 */
export interface Endpoint {
  address: string;
  port: number;
  /** The pod behind it, so that a reused address is not mistaken for it. */
  podUid: string;
}

/**
 * Where and how an instance is reached.
 *
 * @public
 */
export interface GatewayRoute {
  id: string;
  visibility: Visibility;
  status: InstanceStatus;
  terminating: boolean;
  stage?: LaunchStage;
  /** What keeps it from running, without log lines: anybody who may open it sees this. */
  problem?: Omit<Problem, 'detail'>;
  /** The app ended by itself, and is started again or was so a short time ago: FAILED, also where it is up. */
  restarting?: boolean;
  restartCount?: number;
  endpoint?: Endpoint;
  title: string;
  routingMode: 'DOMAIN' | 'BASE_URL';
  /** Origins whose pages may show the app in a frame, beside its own and the portal's; `*` for all. */
  frameAncestors?: string[];
  /** Changes when what was decided about the instance may be decided otherwise. */
  revision: string;
}

/**
 * A custom URL, and where it leads.
 *
 * @public
 */
export interface GatewayAlias {
  name: string;
  /** Absent while it has no instance. */
  instanceId?: string;
  /** It is the address of its instance. */
  primary: boolean;
  /** Whether the name led to another instance before; absent where the store does not say. */
  moved?: boolean;
}

/**
 * Whether somebody may open an instance.
 *
 * @public
 */
export interface Admission {
  /** False where there is no such instance. */
  found: boolean;
  allowed?: boolean;
  rule?: string;
  displayName?: string;
  roles?: string[];
  /** False for somebody whom the store does not know (any more): their session ends. */
  known?: boolean;
  /** How long the answer may be kept, in milliseconds; absent where it depends on no person. */
  holdsForMs?: number;
}
