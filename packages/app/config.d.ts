export interface Config {
  /**
   * People to sign in as, by choice and without a password. For demonstrations on
   * one's own machine; refused with NODE_ENV=production.
   * @deepVisibility frontend
   */
  demoSignIn?: {
    people: Array<{
      /** Entity ref of the person. */
      ref: string;
      name: string;
      description: string;
    }>;
  };
  /** The sign-in through OpenID Connect; see also `packages/backend/config.d.ts`. */
  oidcSignIn?: {
    /**
     * Who signs people in, on the button: "Sign in with <title>". Default: "Sign in".
     * @visibility frontend
     */
    title?: string;
  };
  auth?: {
    providers?: {
      /**
       * That it is configured, and nothing of what is in it.
       * @visibility frontend
       */
      oidc?: object;
    };
  };
}
