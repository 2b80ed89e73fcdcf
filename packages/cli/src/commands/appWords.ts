/** How help speaks of apps. */
export const APP =
  'ID of the app or its first characters, its name, or name@version';
