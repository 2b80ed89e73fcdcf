export interface Config {
  appStore: {
    gateway: {
      /** Where the gateway listens; the port of `appStore.gateway.baseUrl` on all addresses by default. */
      listen?: {
        host?: string;
        port?: number;
      };
      /** How long a signed-in browser stays so, e.g. `8h`. Default: 8h. */
      sessionDuration?: string;
      keys?: {
        /**
         * A random text of at least 32 characters, the same on all gateways: seals the keys that
         * the gateway keeps in its database. Default: a key that the apps' cluster keeps.
         * Another text has new keys made; whoever is signing in at the moment begins again.
         * @visibility secret
         */
        secret?: string;
      };
    };
  };
}
