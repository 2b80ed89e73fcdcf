/** What the portal's sign-in tells the store of people. For the auth plugin's own service identity only. */
import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type Router from 'express-promise-router';
import { z } from 'zod';
import type { RoleResolver } from '../identity/RoleResolver';
import type { SignedInPeople } from '../identity/SignedInPeople';
import { assertPlugin } from './pluginOnly';

const isUserRef = (text: string) => {
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
};
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{C}*$/u, 'must not hold control characters');

const signIn = z.strictObject({
  userEntityRef: text(255).refine(isUserRef, 'must be the ref of a user'),
  displayName: text(200),
  roles: z.array(text(255)).max(500),
  issuers: z.array(text(2000)).min(1).max(20).optional(),
});

export function addPeopleRoutes(
  router: ReturnType<typeof Router>,
  options: {
    httpAuth: HttpAuthService;
    people: SignedInPeople;
    roles: RoleResolver;
  },
): void {
  const { httpAuth, people, roles } = options;

  router.put('/v1/internal/people', async (request, response) => {
    await assertPlugin(httpAuth, request, 'auth');
    const said = signIn.parse(request.body);
    await people.remember(said);
    // Whoever was signed in a moment ago without a role has it with the next request.
    roles.forget(said.userEntityRef);
    response.status(204).end();
  });
}
