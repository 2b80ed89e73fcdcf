import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAUSE_CODES, isRestarted, isTold, problemOf } from './causes';

describe('causes', () => {
  const page = readFileSync(
    join(__dirname, '../../../../../docs/troubleshooting.md'),
    'utf8',
  );

  it.each(CAUSE_CODES)('%s is in docs/troubleshooting.md', code => {
    expect(page).toContain(`\`${code}\``);
  });

  it('name what their messages and remedies speak of', () => {
    expect(problemOf('NOT_LISTENING', 8080, 'it listens on 80')).toEqual({
      code: 'NOT_LISTENING',
      message:
        'The app runs, but nothing answers on its port 8080: it listens on 80.',
      owner: 'author',
      remedy: expect.stringContaining('listen on port 8080 '),
    });
  });

  it('restart those that ended by themselves', () => {
    expect(isRestarted(problemOf('APP_EXITED', 1))).toBe(true);
    expect(isRestarted(problemOf('NODE_LOST'))).toBe(false);
    expect(isRestarted({ ...problemOf('NODE_LOST'), code: 'OTHER' })).toBe(
      false,
    );
    expect(isRestarted(undefined)).toBe(false);
  });

  it('are told by the entry program only where they are of an installation', () => {
    expect(CAUSE_CODES.filter(isTold)).toEqual([
      'INDEX_UNREACHABLE',
      'INDEX_REFUSED',
      'INDEX_FAILED',
      'DISK_FULL',
      'RUNTIME_FAILED',
    ]);
    expect(isTold('constructor')).toBe(false);
  });
});
