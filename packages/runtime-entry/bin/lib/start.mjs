// `app-store-entry start`: of Python apps it is the script beside this that starts them.
import { Failure, setting } from './settings.mjs';

export async function start() {
  const mode = setting('APP_STORE_APP_MODE');
  if (mode === 'static') await (await import('./static.mjs')).serveStatic();
  else if (mode === 'wave') await (await import('./wave.mjs')).startWave();
  else throw new Failure(`${mode} apps are not started by this program`);
}
