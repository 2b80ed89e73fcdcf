import { toldFailure, withTold } from './entryFailures';

const AUTHORS = {
  code: 'DEPENDENCIES_FAILED',
  message: "The app's dependencies could not be installed.",
  owner: 'author' as const,
  remedy: 'r',
};
const log = (cause: string, reason: string) =>
  `pip says this\napp-store-entry: cause: ${cause}\napp-store-entry: failed: ${reason}`;

describe('causes', () => {
  it.each([
    ['INDEX_UNREACHABLE', 'admin'],
    ['INDEX_REFUSED', 'admin'],
    ['INDEX_FAILED', 'admin'],
    ['DISK_FULL', 'admin'],
    ['RUNTIME_FAILED', 'admin'],
    ['DEPENDENCIES_FAILED', 'author'],
  ])('19: %s is laid at the door of: %s', (cause, owner) => {
    expect(withTold(AUTHORS, log(cause, 'the index is away'))).toMatchObject({
      code: cause,
      owner,
      message: 'The index is away',
      detail: expect.stringContaining('pip says this'),
    });
  });

  it('19: what an unknown or older entry program says stays the author’s', () => {
    for (const text of [
      log('constructor', 'x'),
      'app-store-entry: failed: x',
      'app-store-entry: cause: DISK_FULL\nother words\napp-store-entry: failed: x',
    ])
      expect(withTold(AUTHORS, text)).toMatchObject({
        code: 'DEPENDENCIES_FAILED',
        owner: 'author',
        message: 'X',
      });
  });

  it('19: an app cannot blame the index for its own end', () => {
    const ended = { ...AUTHORS, code: 'APP_EXITED' };
    expect(withTold(ended, log('INDEX_UNREACHABLE', 'x'))).toMatchObject({
      code: 'APP_EXITED',
      owner: 'author',
    });
  });

  it('19: the last failure counts', () => {
    expect(
      toldFailure(
        `${log('DISK_FULL', 'a')}\n${log('INDEX_FAILED', 'b')}\nlater`,
      ),
    ).toEqual({ reason: 'b', cause: 'INDEX_FAILED' });
    expect(toldFailure('nothing')).toBeUndefined();
  });
});
