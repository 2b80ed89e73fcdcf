/** Tells the store who signed in, in the auth plugin's own name. */
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { SignInRefusal } from './SignInRefusal';

const TIMEOUT_MS = 10_000;

/** What the store is told. */
export interface SignedInPerson {
  userEntityRef: string;
  displayName: string;
  roles: string[];
  issuers?: string[];
}

/** Tells the store which person signed in, with which roles. Throws a {@link SignInRefusal} if the store refuses or does not answer. */
export class PeopleClient {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  static create(options: {
    auth: AuthService;
    discovery: DiscoveryService;
  }): PeopleClient {
    return new PeopleClient(options);
  }

  private constructor(options: {
    auth: AuthService;
    discovery: DiscoveryService;
  }) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
  }

  /**
   * Without the store's answer nobody is signed in: they would have the roles of the last time.
   *
   * @throws SignInRefusal
   */
  async put(person: SignedInPerson): Promise<void> {
    const response = await this.#send(person).catch((cause: Error) => {
      throw new SignInRefusal({
        code: 'STORE_UNAVAILABLE',
        message: 'The app store does not answer.',
        owner: 'platform',
        remedy: 'try again in a moment.',
        cause,
      });
    });
    if (response.ok) return;
    const problem = await response.json().catch(() => ({}));
    throw new SignInRefusal({
      code: problem.code ?? 'STORE_REFUSED',
      message: `The app store does not take the sign-in: ${
        problem.detail ?? `it answered ${response.status}.`
      }`,
      owner: 'admin',
      remedy: problem.remedy ?? 'the log of the portal shows the cause.',
    });
  }

  async #send(person: SignedInPerson): Promise<Response> {
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf: await this.#auth.getOwnServiceCredentials(),
      targetPluginId: 'app-store',
    });
    return fetch(
      `${await this.#discovery.getBaseUrl('app-store')}/v1/internal/people`,
      {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(person),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
  }
}
