/** How help speaks of apps. */
export const APP =
  "an app's id, the beginning of one, its name, or name@version";
