/**
 * What goes wrong in a way that has words for the app's owner.
 *
 * `cause` tells whose it is: see `causes.mjs`.
 */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {string} [cause]
   */
  constructor(message, cause) {
    super(message);
    this.causeCode = cause;
  }
}

/**
 * A variable that has to be there.
 *
 * @param {string} name
 */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Failure(`${name} is not set`);
  return value;
}

/**
 * A variable that is a number, or `fallback`.
 *
 * @param {string} name
 * @param {number} fallback
 */
export function numberSetting(name, fallback) {
  const value = Number(process.env[name]);
  return value > 0 ? value : fallback;
}
