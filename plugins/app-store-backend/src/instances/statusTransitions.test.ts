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

function isNamed(...change: Parameters<typeof transitionOf>): boolean {
  try {
    return transitionOf(...change) !== undefined;
  } catch {
    return false;
  }
}

describe('15: transitions of an instance’s status', () => {
  it('have one name each', () => {
    const ways = TRANSITION_NAMES.map(name =>
      JSON.stringify(STATUS_TRANSITIONS[name]),
    );
    expect(new Set(ways).size).toBe(TRANSITION_NAMES.length);
  });

  it.each<[DesiredState, InstanceStatus[]]>([
    // Whatever the cluster shows can be said of one that runs; SUSPENDED cannot.
    ['running', ['UNKNOWN', 'PENDING', 'DEPLOYED', 'FAILED']],
    // Suspending, then suspended: a failed suspension has a problem beside its status. FAILED: its volume is lost.
    ['suspended', ['PENDING', 'SUSPENDED', 'FAILED']],
    // What is terminated keeps what it was, until it is gone.
    ['terminated', []],
    ['released', ['SUSPENDED']],
  ])(
    'lead one that is to be %s to %j, whatever it was',
    (desired, statuses) => {
      for (const from of STATUSES) {
        const others = STATUSES.filter(status => status !== from);
        const reached = others.filter(to => isNamed(desired, from, to));
        expect(new Set(reached)).toEqual(
          new Set(statuses.filter(status => status !== from)),
        );
      }
    },
  );

  it('have the name of what it becomes', () => {
    expect(transitionOf('running', 'PENDING', 'DEPLOYED')).toBe('Ready');
    expect(transitionOf('suspended', 'DEPLOYED', 'PENDING')).toBe('Suspending');
    expect(() => transitionOf('running', 'PENDING', 'SUSPENDED')).toThrow(
      'an instance that is to be running never becomes SUSPENDED',
    );
  });

  it('are none where the status stays', () => {
    for (const status of STATUSES)
      expect(transitionOf('terminated', status, status)).toBeUndefined();
  });
});
