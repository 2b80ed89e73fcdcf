/** Cases that are not played, each with the reason. Nothing else in this folder leaves one out. */
import type { Case } from './cases';
import { requestsOf } from './requests';

const BY_NAME: Record<string, string> = {
  preempted: 'gives way to another case, which is played by itself',
  preemptor: 'needs a node that another case fills',
  'evicted-storage-exit-143':
    'writes to /app, a directory of the recorded image; images here have none of their own',
  'init-evicted':
    'writes to /app, a directory of the recorded image; images here have none of their own',
};

/** Why a case is not played; undefined where it is. */
export function unplayed(recorded: Case): string | undefined {
  const isRefusal = recorded.revisions.every(({ kind }) => kind === 'Status');
  if (isRefusal && !requestsOf(recorded).length)
    return 'only the answer was recorded, and the request is not known';
  return BY_NAME[recorded.name];
}
