import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { partAtWork, whyNoLog, type LogPart } from './logThere';

const why = (
  over: Partial<AppInstance>,
  part: LogPart = 'app',
  previous = false,
) =>
  whyNoLog(
    { status: 'PENDING', restartCount: 0, ...over } as AppInstance,
    part,
    previous,
  );

describe('27: a log that cannot be there', () => {
  it('is not asked for before its part of the launch begins', () => {
    const begun = (part: LogPart) =>
      (
        [
          'accepted',
          'scheduled',
          'bundle',
          'dependencies',
          'starting',
          'ready',
        ] as const
      ).filter(stage => !why({ stage }, part));
    expect(begun('app')).toEqual(['starting', 'ready']);
    expect(begun('prepare')).toEqual([
      'bundle',
      'dependencies',
      'starting',
      'ready',
    ]);
    // Nobody has said how far it is: the store knows.
    expect(why({ stage: undefined })).toBeUndefined();
  });

  it('is of the preparation until the app starts', () => {
    const atWork = (stage: AppInstance['stage']) => partAtWork({ stage });
    expect(atWork('accepted')).toBe('prepare');
    expect(atWork('dependencies')).toBe('prepare');
    expect(atWork('starting')).toBe('app');
    expect(atWork('ready')).toBe('app');
    expect(atWork(undefined)).toBe('app');
  });

  it('is not asked for while nothing runs, and not of a run that never was', () => {
    expect(why({ status: 'SUSPENDED', stage: 'ready' })).toContain(
      'is not running',
    );
    for (const ending of [{ suspending: true }, { terminating: true }])
      expect(why({ stage: undefined, ...ending })).toContain('is not running');
    expect(why({ status: 'DEPLOYED', stage: 'ready' }, 'app', true)).toContain(
      'no log of a previous run',
    );
    expect(
      why({ status: 'DEPLOYED', stage: 'ready', restartCount: 1 }, 'app', true),
    ).toBeUndefined();
    expect(why({ stage: 'ready' }, 'prepare', true)).toBeUndefined();
  });
});
