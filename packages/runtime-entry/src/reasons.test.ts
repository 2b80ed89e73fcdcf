/** What an installer printed, and the reason that is read in it; for what the real ones say on other machines. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(30_000);

const LIB = join(__dirname, '../bin/lib');

async function reasonOf(
  installer: 'pip' | 'npm',
  output: string,
): Promise<{ cause: string; message: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    `import { ${installer}Reason } from ${JSON.stringify(
      join(LIB, `${installer}Reason.mjs`),
    )};
     console.log(JSON.stringify(await ${installer}Reason(${JSON.stringify(
      output.split('\n'),
    )})));`,
  ]);
  return JSON.parse(stdout);
}

const RETRYING =
  "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError(\"HTTPConnection(host='index.example', port=80): Failed to establish a new connection: [Errno 111] Connection refused\")': /simple/known-thing/";

describe('19: reasons of pip', () => {
  it('19: an index that answers in the end is not why a version is missing', async () => {
    expect(
      await reasonOf(
        'pip',
        `${RETRYING}
ERROR: Could not find a version that satisfies the requirement known-thing==9 (from versions: 1.0)
ERROR: No matching distribution found for known-thing==9`,
      ),
    ).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      message: expect.stringContaining('known-thing==9'),
    });
  });

  it('19: nor why a build fails', async () => {
    expect(
      await reasonOf(
        'pip',
        `${RETRYING}
Building wheel for native-thing (pyproject.toml): started
error: subprocess-exited-with-error
native.c:1:10: fatal error: Python.h: No such file or directory
ERROR: Failed building wheel for native-thing`,
      ),
    ).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      message: expect.stringContaining('native-thing'),
    });
  });

  it.each([
    'ERROR: Failed to build installable wheels for some pyproject.toml based projects (native-thing)',
    'ERROR: Could not build wheels for native-thing, which is required to install pyproject.toml-based projects',
    'ERROR: Failed building wheel for native-thing',
  ])('19: names the package in %j', async last => {
    const { message } = await reasonOf(
      'pip',
      `  error: subprocess-exited-with-error\n  error: command 'gcc' failed\n${last}`,
    );
    expect(message).toContain('install native-thing,');
  });
});

describe('19: reasons of npm', () => {
  it('19: a warning about file watchers is no full disk', async () => {
    expect(
      await reasonOf(
        'npm',
        `npm warn watch ENOSPC: System limit for number of file watchers reached
npm error code 1
npm error path /app/node_modules/native-thing
npm error command sh -c node-gyp rebuild
npm error gyp ERR! stack Error: not found: make`,
      ),
    ).toMatchObject({
      cause: 'DEPENDENCIES_FAILED',
      message: expect.stringContaining('native-thing'),
    });
  });

  it('19: an address that is not encoded well is said as it is', async () => {
    const { message } = await reasonOf(
      'npm',
      `npm error code E404
npm error 404 Not Found - GET http://registry.example/%ZZ - Not found`,
    );
    expect(message).toContain('npm could not install');
  });
});
