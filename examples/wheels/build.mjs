// Makes the wheels of the examples from the sources beside this file
// (https://packaging.python.org/en/latest/specifications/binary-distribution-format/).
// The same sources give the same bytes.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import yazl from 'yazl';

const HERE = dirname(fileURLToPath(import.meta.url));
const EPOCH = new Date(1980, 0, 1);

/** The wheel of a directory: its file name, its bytes, and the example app that holds it. */
export async function buildWheel(directory) {
  const about = JSON.parse(readFileSync(join(directory, 'wheel.json'), 'utf8'));
  const { name, version, summary, app, scripts = {}, data = [] } = about;
  const info = `${name}-${version}.dist-info`;
  const files = new Map();
  for (const file of readdirSync(join(directory, name)).sort())
    if (file.endsWith('.py'))
      files.set(`${name}/${file}`, readFileSync(join(directory, name, file)));
  for (const file of data)
    files.set(
      `${name}-${version}.data/data/${file}`,
      readFileSync(join(directory, file)),
    );
  const text = (path, lines) =>
    files.set(`${info}/${path}`, Buffer.from(`${lines.join('\n')}\n`));
  text('METADATA', [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    `Summary: ${summary}`,
    'Requires-Python: >=3.8',
  ]);
  text('WHEEL', [
    'Wheel-Version: 1.0',
    'Generator: examples/wheels/build.mjs',
    'Root-Is-Purelib: true',
    'Tag: py3-none-any',
  ]);
  if (Object.keys(scripts).length)
    text('entry_points.txt', [
      '[console_scripts]',
      ...Object.entries(scripts).map(([script, at]) => `${script} = ${at}`),
    ]);
  text('RECORD', [
    ...[...files].map(
      ([path, content]) =>
        `${path},sha256=${createHash('sha256')
          .update(content)
          .digest('base64url')},${content.length}`,
    ),
    `${info}/RECORD,,`,
  ]);
  const zip = new yazl.ZipFile();
  for (const [path, content] of files)
    zip.addBuffer(content, path, {
      mtime: EPOCH,
      forceDosTimestamp: true,
      // Stored, so that no compressor's version shows in the bytes.
      compress: false,
      mode: path.includes('.data/data/') ? 0o100755 : 0o100644,
    });
  zip.end();
  return {
    app,
    file: `${name}-${version}-py3-none-any.whl`,
    bytes: await buffer(zip.outputStream),
  };
}

/** All wheels. */
export async function buildWheels() {
  const wheels = [];
  for (const entry of readdirSync(HERE, { withFileTypes: true }))
    if (entry.isDirectory())
      wheels.push(await buildWheel(join(HERE, entry.name)));
  return wheels;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { app, file, bytes } of await buildWheels()) {
    const directory = join(HERE, '../apps', app, 'wheels');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, file), bytes);
    console.log(`${app}/wheels/${file}: ${bytes.length} bytes`);
  }
