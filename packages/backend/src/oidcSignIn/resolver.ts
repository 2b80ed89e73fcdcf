/**
 * Who of the portal somebody is. People are known by the subject of the issuer and by
 * nothing else: e-mail addresses and user names change, and pass to other people, and
 * whoever had one next would own what belongs to the one before.
 */
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { OidcAuthResult } from '@backstage/plugin-auth-backend-module-oidc-provider';
import type {
  AuthResolverContext,
  OAuthAuthenticatorResult,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import { entityNameOf } from '@ai-app-store/backstage-plugin-app-store-node';
import { readClaims } from './claims';
import type { OidcSignInConfig } from './config';
import type { PeopleClient } from './PeopleClient';
import { SignInRefusal } from './SignInRefusal';

/** The ref of a person who is not looked up in the catalog. */
export function personRef(namespace: string, subject: string): string {
  return `user:${namespace}/${entityNameOf(subject)}`;
}

async function catalogRef(
  context: AuthResolverContext,
  annotation: string,
  subject: string,
): Promise<string> {
  try {
    const { entity } = await context.findCatalogUser({
      annotations: { [annotation]: subject },
    });
    return stringifyEntityRef(entity);
  } catch (cause) {
    // A ref of their own would lose them everything on the day on which the catalog has them.
    throw new SignInRefusal({
      code: 'NOT_IN_CATALOG',
      message: `The catalog does not have exactly one person with ${annotation}: ${subject}.`,
      owner: 'admin',
      remedy:
        'add the person to the catalog; without oidcSignIn.catalogAnnotation nobody needs to be in it.',
      cause: cause as Error,
    });
  }
}

/** The resolver; it runs at each sign-in and at each refresh of a session. */
export function subjectResolver(options: {
  config: OidcSignInConfig;
  people: Pick<PeopleClient, 'put'>;
}): SignInResolver<OAuthAuthenticatorResult<OidcAuthResult>> {
  const { config, people } = options;
  return async ({ result }, context) => {
    const claims = readClaims(result.fullProfile, config);
    const { catalogAnnotation: annotation } = config;
    const userEntityRef = annotation
      ? await catalogRef(context, annotation, claims.subject)
      : personRef(config.namespace, claims.subject);
    await people.put({
      userEntityRef,
      displayName: claims.displayName,
      roles: claims.roles,
      ...(claims.issuer && !annotation
        ? { issuers: [claims.issuer, ...config.formerIssuers] }
        : {}),
    });
    return context.signInWithCatalogUser(
      { entityRef: userEntityRef },
      annotation
        ? undefined
        : { dangerousEntityRefFallback: { entityRef: userEntityRef } },
    );
  };
}
