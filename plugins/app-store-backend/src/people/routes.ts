/** What the portal's sign-in tells the store of people. For the auth plugin's own service identity only. */
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { RoleResolver } from '../auth/RoleResolver';
import type { SignedInPeople } from './SignedInPeople';
import type { Audit } from '../audit/Audit';
import { StoreError } from '../errors/StoreError';
import type { HandlersOf } from '../http/operations';

function isUserRef(text: string): boolean {
  try {
    const ref = parseEntityRef(text);
    return (
      ref.kind === 'user' &&
      !ref.name.includes(':') &&
      stringifyEntityRef(ref) === text
    );
  } catch {
    return false;
  }
}

/** What the handlers stand on. */
export interface PeopleHandlerOptions {
  people: SignedInPeople;
  roles: RoleResolver;
  audit: Audit;
}

export function peopleHandlers(
  options: PeopleHandlerOptions,
): HandlersOf<'putPerson'> {
  const { people, roles, audit } = options;
  return {
    async putPerson(request, response) {
      const signedIn = request.body;
      if (!isUserRef(signedIn.userEntityRef))
        throw new StoreError({
          status: 400,
          code: 'BAD_REQUEST',
          message: 'userEntityRef must be the ref of a user.',
          owner: 'platform',
          remedy: 'Correct the sign-in resolver.',
        });
      const ref = signedIn.userEntityRef;
      const person = {
        userEntityRef: ref,
        roles: [],
        fullAccess: false,
        admin: false,
      };
      // Sessions are refreshed all day; what makes somebody another actor is written down.
      const changed = await audit.look(person, 'person:sign_in', ref, () =>
        people.remember(signedIn),
      );
      if (changed)
        await audit.run(person, 'person:sign_in', ref, async context => {
          context.about({ id: ref, name: signedIn.displayName });
          context.detail = { roles: signedIn.roles };
        });
      // Whoever was signed in a moment ago without a role has it with the next request.
      roles.forget(ref);
      response.status(204).end();
    },
  };
}
