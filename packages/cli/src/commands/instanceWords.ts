/** How help speaks of instances. */
export const INSTANCE =
  "an instance's id, the beginning of one, or an alias that leads to it";
