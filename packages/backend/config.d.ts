export interface Config {
  backend?: {
    /** Further host names (with ports) that the portal answers to. */
    allowedHosts?: string[];
  };
  /** The sign-in through OpenID Connect; the issuer itself is in `auth.providers.oidc`. */
  oidcSignIn?: {
    /**
     * The claim that holds a person's roles, a list of names: looked for at the userinfo
     * endpoint, in the ID token and in an access token that is a JWT. Default:
     * `realm_access.roles`, as Keycloak has it.
     */
    rolesClaim?: string;
    /**
     * The namespace of people, `user:<namespace>/<subject>`. It stands for the issuer: an
     * issuer whose subjects are other people needs another one. Default: `oidc`.
     */
    namespace?: string;
    /** What the issuer called itself before (its `iss`), where its address has changed and its people have not. */
    formerIssuers?: string[];
    /**
     * An annotation of the catalog's users that holds their subject (`keycloak.org/id`).
     * People are then those of the catalog, and nobody else signs in. Default: nobody
     * needs to be in the catalog.
     */
    catalogAnnotation?: string;
  };
}
