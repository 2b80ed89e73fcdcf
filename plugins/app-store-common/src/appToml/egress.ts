/**
 * What an app reaches in the network (`Runtime.Egress`): public addresses, nothing, or ranges
 * of addresses that it names.
 */
import { IPv4, IPv6, parseCIDR } from 'ipaddr.js';

/**
 * Ranges that are no public addresses: private, shared, of this host, link-local, reserved or multicast
 * (RFC 6890), and IPv6 addresses that lead to IPv4 ones.
 *
 * @public
 */
export const NOT_PUBLIC: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/**
 * A range of addresses, at one port or all.
 *
 * @public
 */
export interface EgressRange {
  /** In its shortest form: `10.0.0.0/8`, `2001:db8::/32`. */
  cidr: string;
  port?: number;
}

/**
 * One entry, read.
 *
 * @public
 */
export type Egress = 'internet' | 'none' | EgressRange;

type Range = [address: IPv4 | IPv6, bits: number];

/** Not 010.0.0.1, which some read as octal. */
const PLAIN_V4 = /^(?:(?:0|[1-9]\d{0,2})(?:\.|\/)){4}/;

function readRange(cidr: string): Range | undefined {
  if (!cidr.includes(':') && !PLAIN_V4.test(cidr)) return undefined;
  try {
    return parseCIDR(cidr);
  } catch {
    return undefined;
  }
}

/** Whether one range lies within another. */
function isWithin([address, bits]: Range, [outer, outerBits]: Range): boolean {
  return (
    address.kind() === outer.kind() &&
    bits >= outerBits &&
    (address as IPv4).match(outer as IPv4, outerBits)
  );
}

/**
 * Reads an entry: `internet`, `none`, `10.20.0.0/16`, `10.20.0.0/16:5432`.
 *
 * @returns undefined where it is none
 * @public
 */
export function parseEgress(text: string): Egress | undefined {
  if (text === 'internet' || text === 'none') return text;
  const [, address, bits, port] =
    /^([0-9a-fA-F.:]+)\/(0|[1-9]\d{0,2})(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  const range = address ? readRange(`${address}/${bits}`) : undefined;
  // An IPv4 address in the form of IPv6: Kubernetes takes it for neither.
  if (!range || (range[0] as IPv6).isIPv4MappedAddress?.()) return undefined;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && number > 65535) return undefined;
  const kind = range[0].kind() === 'ipv4' ? IPv4 : IPv6;
  return {
    cidr: `${kind.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`,
    ...(number ? { port: number } : {}),
  };
}

/**
 * Whether what an app asks for lies within what is allowed. `internet` allows all public
 * addresses; a range at all ports allows single ones.
 *
 * @param notPublic - ranges that are no public addresses either
 * @public
 */
export function isEgressAllowed(
  asked: Egress,
  allowed: Egress[],
  notPublic: readonly string[] = [],
): boolean {
  if (asked === 'none') return true;
  if (asked === 'internet') return allowed.includes('internet');
  const range = readRange(asked.cidr)!;
  return allowed.some(each => {
    if (each === 'none') return false;
    if (each === 'internet')
      return ![...NOT_PUBLIC, ...notPublic].some(cidr => {
        const other = readRange(cidr)!;
        return isWithin(range, other) || isWithin(other, range);
      });
    return (
      isWithin(range, readRange(each.cidr)!) &&
      (each.port === undefined || each.port === asked.port)
    );
  });
}
