import { ConfigReader } from '@backstage/config';
import { declarationsSchema, normalLocation } from '../config/declarations';
import { Trust } from './Trust';

const MAIN = 'https://git.example.com/lunch/lunch/src/branch/main/';

function trust(...entries: object[]): Trust {
  return new Trust(declarationsSchema.parse({ trust: entries }).trust);
}

describe('Trust', () => {
  const one = trust({ location: MAIN, owner: 'dev' });

  it('acts for the configured person below a location', () => {
    for (const file of ['catalog-info.yaml', 'apps/x/catalog-info.yaml'])
      expect(one.ownerOf(`url:${MAIN}${file}`, 'App')).toBe('user:default/dev');
  });

  // What an attacker registers, who may push to another branch or host.
  it.each([
    'https://git.example.com/lunch/lunch/src/branch/evil/catalog-info.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main-evil/catalog-info.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main/../evil/c.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main/%2e%2e/evil/c.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main/..%2fevil/c.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main/%252e%252e/evil/c.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main/..\\evil\\c.yaml',
    'https://git.example.com/lunch/lunch/src/branch/main',
    'https://git.example.com.evil.com/lunch/lunch/src/branch/main/c.yaml',
    'https://git.example.com@evil.com/lunch/lunch/src/branch/main/c.yaml',
    'https://dev:x@git.example.com/lunch/lunch/src/branch/main/c.yaml',
    'http://git.example.com/lunch/lunch/src/branch/main/c.yaml',
    'https://git.example.com:8443/lunch/lunch/src/branch/main/c.yaml',
    'https://evil.com/?x=https://git.example.com/lunch/lunch/src/branch/main/',
    'data:https://git.example.com/lunch/lunch/src/branch/main/c.yaml',
  ])('gives nothing to %s', url => {
    expect(one.ownerOf(`url:${url}`, 'App')).toBeUndefined();
  });

  it('gives nothing to a location of another type, or to none', () => {
    expect(one.ownerOf(`file:${MAIN}c.yaml`, 'App')).toBeUndefined();
    expect(one.ownerOf(undefined, 'App')).toBeUndefined();
    expect(one.ownerOf('', 'App')).toBeUndefined();
  });

  it('is for the kinds that it names, and the most exact entry counts', () => {
    const two = trust(
      { location: MAIN, owner: 'dev', kinds: ['App'], onRemoval: 'delete' },
      { location: `${MAIN}board/`, owner: 'uma', kinds: ['AppAlias'] },
      { location: `${MAIN}one.yaml`, owner: 'ada' },
    );
    expect(two.ownerOf(`url:${MAIN}c.yaml`, 'App')).toBe('user:default/dev');
    expect(two.ownerOf(`url:${MAIN}c.yaml`, 'AppTag')).toBeUndefined();
    expect(two.ownerOf(`url:${MAIN}board/c.yaml`, 'App')).toBeUndefined();
    expect(two.ownerOf(`url:${MAIN}board/c.yaml`, 'AppAlias')).toBe(
      'user:default/uma',
    );
    expect(two.ownerOf(`url:${MAIN}one.yaml`, 'AppTag')).toBe(
      'user:default/ada',
    );
    expect(two.ownerOf(`url:${MAIN}one.yaml/x`, 'AppTag')).toBeUndefined();
    expect(two.onRemoval(`url:${MAIN}c.yaml`)).toBe('delete');
    expect(two.onRemoval(`url:${MAIN}board/c.yaml`)).toBe('keep');
    expect(two.onRemoval('url:https://else.where/c.yaml')).toBe('keep');
  });

  it('knows the directory below which a location is trusted', () => {
    expect(one.rootOf(`url:${MAIN}a/c.yaml`)).toBe(MAIN);
    expect(
      trust({ location: `${MAIN}c.yaml`, owner: 'dev' }).rootOf(
        `url:${MAIN}c.yaml`,
      ),
    ).toBe(MAIN);
    expect(one.rootOf('url:https://else.where/c.yaml')).toBeUndefined();
  });

  it('takes values only where the location, or the person, may have them', () => {
    const two = trust(
      {
        location: MAIN,
        owner: 'dev',
        secrets: { environment: ['LUNCH'], kubernetes: ['lunch-db'] },
      },
      { location: 'https://git.example.com/other/', owner: 'dev' },
      {
        location: 'https://git.example.com/none/',
        owner: 'dev',
        kinds: ['App'],
        secrets: { environment: ['OTHER'] },
      },
    );
    const at = { location: `url:${MAIN}c.yaml` };
    expect(two.mayTake(at, 'environment', 'LUNCH')).toBe(true);
    expect(two.mayTake(at, 'environment', 'PATH')).toBe(false);
    expect(two.mayTake(at, 'kubernetes', 'lunch-db')).toBe(true);
    // Another repository of the same person may not.
    const other = { location: 'url:https://git.example.com/other/c.yaml' };
    expect(two.mayTake(other, 'environment', 'LUNCH')).toBe(false);
    const none = { location: 'url:https://git.example.com/none/c.yaml' };
    expect(two.mayTake(none, 'environment', 'OTHER')).toBe(false);
    expect(two.mayTake({}, 'environment', 'LUNCH')).toBe(false);
    const of = (ownerRef: string) => ({ ownerRef });
    expect(two.mayTake(of('user:default/dev'), 'environment', 'LUNCH')).toBe(
      true,
    );
    expect(two.mayTake(of('user:default/uma'), 'environment', 'LUNCH')).toBe(
      false,
    );
  });

  it('is for one branch where the branch is in the question', () => {
    const browse = 'https://bb.example.com/projects/p/repos/lunch/browse/';
    const directory = trust({ location: browse, owner: 'dev' });
    expect(
      directory.ownerOf(`url:${browse}c.yaml?at=refs/heads/evil`, 'App'),
    ).toBeUndefined();
    const file = trust({ location: `${browse}c.yaml?at=main`, owner: 'dev' });
    expect(file.ownerOf(`url:${browse}c.yaml?at=main`, 'App')).toBe(
      'user:default/dev',
    );
    expect(file.ownerOf(`url:${browse}c.yaml?at=evil`, 'App')).toBeUndefined();
  });
});

describe('the configuration', () => {
  it.each([
    { location: 'https://git.example.com/lunch', owner: 'dev' },
    { location: '/etc/', owner: 'dev' },
    { location: 'https://git.example.com/..%2f/', owner: 'dev' },
    { location: MAIN, owner: 'group:default/devs' },
    { location: MAIN, owner: 'dev', kinds: ['Component'] },
    { location: MAIN },
  ])('refuses %j', entry => {
    expect(() =>
      declarationsSchema.parse(
        new ConfigReader({ trust: [entry] }).get() as never,
      ),
    ).toThrow();
  });

  it('compares URLs in one form', () => {
    expect(normalLocation('HTTPS://Git.Example.com/a/./b/../c/#x')).toBe(
      'https://git.example.com/a/c/',
    );
  });
});
