import type { InstanceStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import type { DesiredState } from './instanceRows';
import {
  STATUS_TRANSITIONS,
  transitionOf,
  TRANSITION_NAMES,
} from './statusTransitions';

const STATUSES: InstanceStatus[] = [
  'UNKNOWN',
  'PENDING',
  'DEPLOYED',
  'FAILED',
  'SUSPENDED',
];
const DESIRED: DesiredState[] = [
  'running',
  'suspended',
  'terminated',
  'released',
];

/** Each change of a status that has a name. */
function named() {
  return DESIRED.flatMap(desired =>
    STATUSES.flatMap(from =>
      STATUSES.filter(to => to !== from).flatMap(to => {
        try {
          return [{ desired, from, to, name: transitionOf(desired, from, to) }];
        } catch {
          return [];
        }
      }),
    ),
  );
}

describe('15: transitions of an instance’s status', () => {
  it('have one name each', () => {
    for (const { desired, from, to, name } of named())
      expect(
        TRANSITION_NAMES.filter(each => {
          const transition = STATUS_TRANSITIONS[each];
          return (
            transition.to === to &&
            transition.from.includes(from) &&
            transition.desired.includes(desired)
          );
        }),
      ).toEqual([name]);
    expect(new Set(named().map(({ name }) => name))).toEqual(
      new Set(TRANSITION_NAMES),
    );
  });

  it.each<[DesiredState, InstanceStatus[]]>([
    // Whatever the cluster shows can be said of one that runs; SUSPENDED cannot.
    ['running', ['UNKNOWN', 'PENDING', 'DEPLOYED', 'FAILED']],
    // Suspending, then suspended: a failed suspension has a problem beside its status. FAILED: its volume is lost.
    ['suspended', ['PENDING', 'SUSPENDED', 'FAILED']],
    // What is terminated keeps what it was, until it is gone.
    ['terminated', []],
    ['released', ['SUSPENDED']],
  ])('lead one that is to be %s to %j', (desired, statuses) => {
    const reached = named().filter(each => each.desired === desired);
    expect(new Set(reached.map(({ to }) => to))).toEqual(new Set(statuses));
  });

  it('lead from each status of one that runs to each other', () => {
    const all = STATUS_TRANSITIONS.Ready.from.concat('DEPLOYED');
    const missing = all.flatMap(from =>
      all.filter(to => to !== from && !transitionOf('running', from, to)),
    );
    expect(missing).toEqual([]);
  });

  it('say what is not one of them', () => {
    expect(() => transitionOf('running', 'SUSPENDED', 'DEPLOYED')).toThrow(
      'an instance that is to be running does not become DEPLOYED after SUSPENDED',
    );
    expect(transitionOf('running', 'FAILED', 'FAILED')).toBeUndefined();
  });
});
