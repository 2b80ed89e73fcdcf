/** What a host name below the apps' domain stands for. */

const INSTANCE =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What a host name is. */
export type HostKind =
  | { kind: 'instance'; id: string; hostname: string }
  | { kind: 'alias'; name: string; hostname: string }
  /** The apps' domain itself. */
  | { kind: 'domain'; hostname: string }
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
  if (hostname === domain) return { kind: 'domain', hostname };
  if (!hostname.endsWith(`.${domain}`)) return { kind: 'foreign' };
  const label = hostname.slice(0, -domain.length - 1);
  if (INSTANCE.test(label)) return { kind: 'instance', id: label, hostname };
  return LABEL.test(label)
    ? { kind: 'alias', name: label, hostname }
    : { kind: 'unknown', hostname };
}
