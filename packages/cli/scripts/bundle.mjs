// Makes the command one file, which needs a Node.js and nothing else:
// `node scripts/bundle.mjs <file>`. The portal offers it for download.
import { build } from 'esbuild';
import { chmodSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const outfile = resolve(process.argv[2]);

await build({
  stdin: {
    contents: `
      import { main } from '../src';
      main(process.argv.slice(2)).then(code => {
        process.exitCode = code;
      });
    `,
    resolveDir: HERE,
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  target: 'node20',
  // The file's own base comes with the tools of development, which a first start does not install.
  tsconfigRaw: { compilerOptions: { strict: true } },
  format: 'cjs',
  minify: true,
  // Names of classes are part of messages.
  keepNames: true,
  // Licences of what is in it stay in it.
  legalComments: 'eof',
  banner: { js: '#!/usr/bin/env node' },
  outfile,
  absWorkingDir: join(HERE, '..'),
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
