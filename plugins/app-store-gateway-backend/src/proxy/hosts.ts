/** Which instance a host name stands for. */

const INSTANCE =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a host name is. */
export type HostKind =
  | { kind: 'instance'; id: string; hostname: string }
  | { kind: 'unknown'; hostname: string }
  | { kind: 'foreign' };

/**
 * Reads a Host header.
 *
 * @param header - exactly one value, with or without a port
 * @param domain - the apps' domain, `apps.localhost`
 */
export function readHost(header: string | undefined, domain: string): HostKind {
  const hostname = (header ?? '')
    .toLocaleLowerCase('en-US')
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '');
  if (hostname === domain) return { kind: 'unknown', hostname };
  if (!hostname.endsWith(`.${domain}`)) return { kind: 'foreign' };
  const label = hostname.slice(0, -domain.length - 1);
  return INSTANCE.test(label)
    ? { kind: 'instance', id: label, hostname }
    : { kind: 'unknown', hostname };
}
