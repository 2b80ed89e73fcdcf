/**
 * The ESLint configuration of a package whose folders are layers: a file imports from its own
 * folder and from those below, never from above, and in no circle (docs/decisions/layers.md).
 *
 * @param {string} directory - of the package
 * @param {string[][]} [layers] - folders of `src`, lowest first; those of one layer may use each other. Where there are none it is circles alone that are refused
 * @param {string[]} [top] - files of `src` that nothing in a folder imports
 */
module.exports = (directory, layers = [], top = []) => {
  const zones = layers.flatMap((layer, index) =>
    layer.map(folder => ({
      target: `./src/${folder}`,
      from: [...layers.slice(index + 1).flat(), ...top].map(
        above => `./src/${above}`,
      ),
      message: `${folder}/ lies below what it imports here; see the layers in .eslintrc.js.`,
    })),
  );
  return require('@backstage/cli/config/eslint-factory')(directory, {
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.json'] } },
      'import/parsers': {
        [require.resolve('@typescript-eslint/parser')]: ['.ts', '.tsx'],
      },
    },
    overrides: [
      {
        files: ['src/**/*.ts', 'src/**/*.tsx'],
        excludedFiles: ['**/*.test.ts', '**/*.test.tsx', '**/__testUtils__/**'],
        rules: {
          ...(zones.length
            ? {
                'import/no-restricted-paths': [
                  'error',
                  { basePath: directory, zones },
                ],
              }
            : {}),
          'import/no-cycle': 'error',
        },
      },
    ],
  });
};
