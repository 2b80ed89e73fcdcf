// `app-store-entry dependencies`
import { statSync } from 'node:fs';
import { Failure, setting } from './settings.mjs';

/**
 * Makes the app's environment.
 *
 * @param {() => void} [onWork] - told where there is something to restore or to install
 */
export async function dependencies(onWork = () => {}) {
  const root = setting('H2O_CLOUD_APP_ROOT');
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure(`${root} is not there: was the bundle unpacked?`);
  const mode = setting('APP_STORE_APP_MODE');
  console.log('Installing Application Dependencies');
  if (mode === 'node')
    console.log(
      await (await import('./node.mjs')).nodeDependencies(root, onWork),
    );
  else if (mode === 'python' || mode === 'wave')
    console.log(
      await (await import('./python.mjs')).pythonDependencies(root, onWork),
    );
  else console.log(`${mode} apps need no environment`);
}
