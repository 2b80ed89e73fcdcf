// `app-store-entry prepare`: the bundle, then what it depends on. In one container, since each more costs
// most of a second on a node.
import { bundle } from './bundle.mjs';
import { dependencies } from './dependencies.mjs';
import { ask, authorization } from './store.mjs';
import { noteOfEnd } from './termination.mjs';

/** A store that takes no report is done without, after this many milliseconds. */
const REPORT_TIMEOUT_MS = 5000;

/**
 * Tells the store that the bundle is there, while what it depends on is made.
 *
 * @param {AbortSignal} over - when nobody needs to know any more
 */
async function reportDependencies(over) {
  const url = process.env.APP_STORE_STAGE_URL;
  if (!url) return;
  try {
    const response = await ask(`${url}?stage=dependencies`, {
      method: 'PUT',
      headers: { ...authorization(), 'content-length': 0 },
      signal: AbortSignal.any([over, AbortSignal.timeout(REPORT_TIMEOUT_MS)]),
    });
    response.resume();
  } catch {
    // People see it once it is done.
  }
}

/**
 * Fetches the app and makes its environment.
 *
 * @param {string} [from] - the stage to begin with: `app-store-entry` may have fetched the bundle
 */
export async function prepare(from = 'bundle') {
  const over = new AbortController();
  const stages = {
    bundle,
    dependencies: () => dependencies(() => reportDependencies(over.signal)),
  };
  for (const [stage, work] of Object.entries(stages)) {
    if (from === 'dependencies' && stage === 'bundle') continue;
    const began = performance.now();
    try {
      await work();
    } catch (error) {
      throw Object.assign(error, { stage });
    }
    noteOfEnd(`${stage}: ${Math.round(performance.now() - began)} ms`);
  }
  over.abort();
}
