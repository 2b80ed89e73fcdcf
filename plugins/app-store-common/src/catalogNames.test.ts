import fc from 'fast-check';
import { appEntityName, appEntityRef, tagEntityName } from './catalogNames';
import { appIdentityProblem, appNameProblem, appVersionProblem } from './names';

/** What the catalog accepts as a name, and an address keeps as it is. */
const VALID = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

const word = (chars: string, maxLength: number) =>
  fc
    .array(fc.constantFrom(...chars), { minLength: 1, maxLength })
    .map(each => each.join(''));
/** Names that differ in little: capitals, separators, where the version begins. */
const name = word('aAbB1-_.', 50).filter(text => !appNameProblem(text));
const version = word('0129.-+aA', 12).filter(text => !appVersionProblem(text));
const app = fc
  .tuple(name, version)
  .filter(parts => !appIdentityProblem(...parts));

describe('names of entities', () => {
  it('are names of the catalog, the same each time', () => {
    fc.assert(
      fc.property(app, parts => {
        const entity = appEntityName(...parts);
        expect(entity).toMatch(VALID);
        expect(appEntityName(...parts)).toBe(entity);
      }),
    );
    fc.assert(
      fc.property(name, tag => {
        expect(tagEntityName(tag)).toMatch(VALID);
      }),
    );
  });

  it('differ, also where refs ignore case', () => {
    fc.assert(
      fc.property(app, app, (a, b) => {
        fc.pre(a.join('\0') !== b.join('\0'));
        expect(appEntityName(...a).toLocaleLowerCase('en-US')).not.toBe(
          appEntityName(...b).toLocaleLowerCase('en-US'),
        );
      }),
      { numRuns: 1000 },
    );
    const alike = [
      ['a-1', '2'],
      ['a', '1-2'],
      ['A', '1-2'],
      ['a_1', '2'],
      ['a.1', '2'],
      ['a', '1'],
      ['a', '1.0'],
      ['a', '1+b'],
      ['a', '1-b'],
    ].map(([of, at]) => appEntityName(of, at));
    expect(new Set(alike).size).toBe(alike.length);
  });

  it('can be read', () => {
    expect(appEntityName('Wave_Hello', '1.2.0')).toMatch(
      /^wave-hello-1\.2\.0-[0-9a-z]{14}$/,
    );
    expect(appEntityName('x'.repeat(60), '1')).toHaveLength(63);
    expect(appEntityRef({ name: 'a', version: '1' })).toMatch(
      /^app:app-store\/a-1-/,
    );
  });
});
