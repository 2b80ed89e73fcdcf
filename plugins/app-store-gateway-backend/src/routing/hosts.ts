/** What a host name stands for: below the apps' domain, or of an alias outside of it. */
import type { AddressBook } from './addressing';

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
 * @param book - knows the aliases that are host names outside of it
 */
export function readHost(
  header: string | undefined,
  domain: string,
  book: Pick<AddressBook, 'alias'>,
): HostKind {
  const hostname = (header ?? '')
    .toLocaleLowerCase('en-US')
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '');
  if (hostname === domain) return { kind: 'domain', hostname };
  if (!hostname.endsWith(`.${domain}`))
    return hostname.includes('.') && book.alias(hostname)
      ? { kind: 'alias', name: hostname, hostname }
      : { kind: 'foreign' };
  const label = hostname.slice(0, -domain.length - 1);
  if (INSTANCE.test(label)) return { kind: 'instance', id: label, hostname };
  return LABEL.test(label)
    ? { kind: 'alias', name: label, hostname }
    : { kind: 'unknown', hostname };
}
