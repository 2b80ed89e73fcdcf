export interface Config {
  backend?: {
    /** Further host names (with ports) that the portal answers to. */
    allowedHosts?: string[];
  };
}
