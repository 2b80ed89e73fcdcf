// Defences of what is declared in repositories: none of them may be taken away unnoticed.

const SOURCE = 'plugins/app-store-backend/src/declarations';
const TRUST = `${SOURCE}/Trust.test.ts`;
const REFUSALS = `${SOURCE}/refusals.test.ts`;
const KINDS =
  'plugins/catalog-backend-module-app-store/src/kinds/declared.test.ts';

export default [
  {
    finding: 13,
    name: 'a declared location is trusted to its own branch',
    file: `${SOURCE}/Trust.ts`,
    from: "return url.startsWith(location) && !url.includes('?');",
    to: 'return url.startsWith(location);',
    test: { jest: TRUST, name: 'is for one branch where the branch is in' },
  },
  {
    finding: 13,
    name: 'a declared location hides no path in escapes',
    file: 'plugins/app-store-backend/src/config/declarations.ts',
    from: 'if (/%(2f|5c|2e|25|00)|\\\\/i.test(`${url.pathname}${url.search}`))',
    to: 'if (!url)',
    test: { jest: TRUST, name: 'gives nothing to' },
  },
  {
    finding: 13,
    name: 'a declared secret takes values that its own location may have',
    file: `${SOURCE}/Trust.ts`,
    from: ': [this.#entryOf(urlOf(by.location))];',
    to: ': this.#entries;',
    test: { jest: TRUST, name: 'takes values only where the location' },
  },
  {
    finding: 13,
    name: 'a declared source stays in its directory',
    file: `${SOURCE}/AppSources.ts`,
    from: 'if (!top || !url.startsWith(top))',
    to: 'if (!top)',
    test: { jest: REFUSALS, name: 'app:default/out is refused' },
  },
  {
    finding: 13,
    name: 'a proposal is accepted as it was seen',
    file: `${SOURCE}/DeclarationService.ts`,
    from: "if (acceptanceDigest(row) !== digest) throw stale('declaration');",
    to: 'if (!digest) throw stale(digest);',
    test: { jest: REFUSALS, name: 'is accepted by somebody with the rights' },
  },
  {
    finding: 13,
    name: 'a declaration of a file pretends nothing of the index',
    file: 'plugins/catalog-backend-module-app-store/src/kinds/AppStoreKindsProcessor.ts',
    from: 'if (pretended) throw new InputError(pretended);',
    to: 'if (!pretended && !entity) throw new InputError(pretended);',
    test: { jest: KINDS, name: 'may not pretend' },
  },
];
