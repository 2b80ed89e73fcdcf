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
}
