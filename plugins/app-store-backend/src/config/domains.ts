/** Host names in one form, for comparing. */

/** Lower case, without a final dot. */
export function parse(hostname: string): string {
  return hostname.toLocaleLowerCase('en-US').replace(/\.$/, '');
}
