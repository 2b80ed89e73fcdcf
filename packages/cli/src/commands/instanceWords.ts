/** How help speaks of instances. */
export const INSTANCE =
  'ID of the instance or its first characters, or an alias of it';
