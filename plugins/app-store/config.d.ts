export interface Config {
  appStore?: {
    /** The store's look, which its pages have from their first moment; checked by the store's backend, and described there. */
    branding?: {
      /** @visibility frontend */
      title?: string;
      /** @visibility frontend */
      logoUrl?: string;
      /** @visibility frontend */
      color?: string;
    };
  };
}
