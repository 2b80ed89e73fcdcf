/**
 * The folders of `src`, lowest first: a file imports from its own layer and from those below,
 * never from above (docs/architecture.md). Resources may use each other, without a cycle.
 */
const LAYERS = [
  ['policy'],
  ['errors'],
  ['config'],
  ['database'],
  ['changes'],
  ['kubernetes', 'artifacts'],
  ['http'],
  ['epoch', 'auth'],
  ['audit'],
  ['idempotency'],
  [
    'aliases',
    'apps',
    'iam',
    'instances',
    'people',
    'platform',
    'secrets',
    'tags',
    'tokens',
  ],
  ['catalog', 'gateway', 'reconcile', 'recovery'],
  ['wiring'],
];

const zones = LAYERS.flatMap((layer, index) =>
  layer.map(folder => ({
    target: `./src/${folder}`,
    from: [
      ...LAYERS.slice(index + 1)
        .flat()
        .map(above => `./src/${above}`),
      './src/plugin.ts',
      './src/router.ts',
      './src/backgroundTasks.ts',
    ],
    message: `${folder}/ lies below what it imports here; see the layers in .eslintrc.js.`,
  })),
);

module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  settings: {
    'import/resolver': { node: { extensions: ['.ts', '.json'] } },
    'import/parsers': {
      [require.resolve('@typescript-eslint/parser')]: ['.ts'],
    },
  },
  overrides: [
    {
      files: ['src/**/*.ts'],
      excludedFiles: ['**/*.test.ts', '**/__testUtils__/**'],
      rules: {
        'import/no-restricted-paths': ['error', { basePath: __dirname, zones }],
        'import/no-cycle': 'error',
      },
    },
  ],
});
