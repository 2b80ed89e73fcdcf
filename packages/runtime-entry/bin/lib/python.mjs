// The environment of a Python app: a venv with what its requirements.txt names,
// wheels of the bundle included.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, basename, join } from 'node:path';
import { promisify } from 'node:util';
import { DISK_FULL, isDiskFull, RUNTIME_FAILED, sentence } from './causes.mjs';
import { install } from './install.mjs';
import { handIn, restore } from './keeping.mjs';
import { pipReason } from './pipReason.mjs';
import { Failure, setting } from './settings.mjs';

const run = promisify(execFile);
const OPTIONS = [
  '--disable-pip-version-check',
  '--no-input',
  '--no-cache-dir',
  '--retries=2',
  '--timeout=15',
];
const ABOUT = `import sys, sysconfig
print(f"{sysconfig.get_platform()}-{sys.implementation.name}-{sys.version.split()[0]}")`;

async function fingerprintOf() {
  try {
    const { stdout } = await run('python3', ['-c', ABOUT]);
    return stdout.trim().replace(/[^A-Za-z0-9._+-]/g, '_');
  } catch (error) {
    throw new Failure(`python3 cannot be started: ${error.message}`);
  }
}

/**
 * Nothing of the app is installed yet: it is the image or the disk.
 *
 * @param {string[]} lines
 */
function venvReason(lines) {
  return isDiskFull(lines)
    ? {
        cause: DISK_FULL,
        message: 'the disk is full: Python could not make its environment',
      }
    : {
        cause: RUNTIME_FAILED,
        message: `Python could not make an environment in this runtime: ${
          sentence(lines.slice(-3)) || 'it said nothing'
        }`,
      };
}

/**
 * @param {string} root
 * @param {() => void} onWork
 */
export async function pythonDependencies(root, onWork) {
  if (!existsSync(join(root, 'requirements.txt')))
    return 'No requirements.txt: nothing to install';
  onWork();
  const venv = setting('H2O_CLOUD_VENV_PATH');
  const place = { parent: dirname(venv), name: basename(venv) };
  const fingerprint = await fingerprintOf();
  const { restored, damaged } = await restore(fingerprint, place);
  if (restored) return 'Nothing was installed';
  const bounds = {
    label: 'pip',
    cwd: root,
    // The app's directory, too: what is built there takes disk as well.
    directories: [root, dirname(venv)],
    packages: [],
    reason: pipReason,
  };
  // The interpreter's own pip installs into the environment, which needs none of its own then.
  await install('python3', ['-m', 'venv', '--without-pip', venv], {
    ...bounds,
    label: 'venv',
    reason: venvReason,
  });
  await install(
    'python3',
    [
      '-m',
      'pip',
      '--python',
      join(venv, 'bin/python'),
      'install',
      ...OPTIONS,
      '-r',
      'requirements.txt',
    ],
    bounds,
  );
  await handIn(fingerprint, place, damaged);
  return 'Installed what requirements.txt names';
}
