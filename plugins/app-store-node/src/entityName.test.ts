import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import fc from 'fast-check';
import { entityNameOf, isDigestedName } from './entityName';

/** Texts that are near to names, and any others, halves of surrogate pairs included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 255 }),
  fc.string({
    unit: fc.constantFrom(...'aAbx0-_. /:|@\ud800\udc00é'),
    maxLength: 70,
  }),
);

describe('entityNameOf', () => {
  it('makes names that the catalog accepts and that case does not change', () => {
    fc.assert(
      fc.property(text, given => {
        const name = entityNameOf(given);
        expect(KubernetesValidatorFunctions.isValidObjectName(name)).toBe(true);
        expect(name.toLocaleLowerCase('en-US')).toBe(name);
      }),
    );
  });

  it('gives two texts two names, also where they differ by little', () => {
    const changes: Array<(given: string) => string> = [
      given => given.toUpperCase(),
      given => given.toLowerCase(),
      given => given.normalize('NFKC'),
      given => given.replace(/[^a-z0-9]+/g, '-'),
      given => `${given} `,
      entityNameOf,
    ];
    const pair = fc.oneof(
      fc.tuple(text, text),
      fc
        .tuple(text, fc.constantFrom(...changes))
        .map(([given, change]) => [given, change(given)]),
    );
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(entityNameOf(one) === entityNameOf(other)).toBe(one === other);
      }),
    );
  });

  it('gives nobody the name of somebody else by looking like it', () => {
    fc.assert(
      fc.property(text, given => {
        const name = entityNameOf(given);
        expect(isDigestedName(name)).toBe(name !== given);
        expect(entityNameOf(name) === name).toBe(name === given);
      }),
    );
  });

  it.each([
    ['0b1f2c3d-1111-4222-8333-444455556666', /^0b1f2c3d-1111-4222-8333-4{4}/],
    ['admin', /^admin$/],
    ['Admin', /^admin-x[0-9a-f]{40}$/],
    ['auth0|123', /^auth0-123-x[0-9a-f]{40}$/],
    ['\ud800', /^x[0-9a-f]{40}$/],
    ['', /^x[0-9a-f]{40}$/],
  ])('%j', (given, expected) => {
    expect(entityNameOf(given)).toMatch(expected);
  });

  it('knows lone surrogates apart', () => {
    expect(entityNameOf('\ud800')).not.toBe(entityNameOf('\ud801'));
  });
});
