/** Which addresses the gateway dials. */
import type { Endpoint } from '@ai-app-store/backstage-plugin-app-store-common';
import { BlockList, isIPv6 } from 'node:net';

const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16);
NEVER.addSubnet('fe80::', 10, 'ipv6');
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Checks that an address may be a pod's: never link-local, and loopback only where
 * pods of the local cluster are there.
 *
 * @throws Error
 */
export function assertDialable(address: string, loopbackPods: boolean): void {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (
    NEVER.check(address, family) ||
    (LOOPBACK.check(address, family) && !loopbackPods)
  )
    throw new Error(`address ${address} is not that of a pod`);
}

/** `http://<address>:<port>`. */
export function originOf({ address, port }: Endpoint): string {
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
