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
    };
  };
}
