/** What becomes of a request. */
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Answer } from '../pages/answers';
import type { Session } from '../sessions/SessionStore';
import type { Clearing } from '../upstream/formerApp';
import type { IdentityHeaders } from '../upstream/headers';

/** A request that was let in. */
export interface Authorized {
  route: GatewayRoute;
  hostname: string;
  identity: IdentityHeaders;
  session?: Session;
  /** The browser comes with what another app left under this alias: the app must not get its cookies. */
  clearing?: Clearing;
}

/** Where a request goes. */
export type Outcome =
  | { authorized: Authorized }
  | { answer: Answer; headers?: Clearing['headers'] }
  | {
      redirect: string;
      status: 302 | 307;
      cookies: string[];
      headers?: Clearing['headers'];
    }
  /** The public catalogue, where the store has one. */
  | { catalogue: URL }
  | { body: object };
