export interface Config {
  appStore?: {
    /**
     * Runs a Kubernetes API in the portal's own process, whose pods are processes of
     * this user. For development only; refused with NODE_ENV=production.
     */
    localCluster?: {
      /** Where its state, volumes and logs are kept. */
      directory: string;
      /** Port of its API on 127.0.0.1; a free one by default. */
      port?: number;
    };
  };
}
