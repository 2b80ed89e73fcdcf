import type { AppInstance } from './types';

/**
 * Whether an instance can be visited: it is deployed, or restarting and up between two crashes.
 *
 * @public
 */
export function isUp({
  status,
  up,
}: Pick<AppInstance, 'status' | 'up'>): boolean {
  return status === 'DEPLOYED' || Boolean(up);
}
