// `app-store-entry bundle`
import { Failure, numberSetting, setting } from './settings.mjs';
import { ask, authorization, wordsOf } from './store.mjs';
import { unpack } from './unpack.mjs';

/** Seconds before an unanswered download is given up. */
const DOWNLOAD_TIMEOUT_S = 300;
/** Pauses between attempts, in milliseconds. */
const RETRIES_MS = [100, 300, 1000, 3000, 5000];

async function download() {
  const url = setting('APP_STORE_BUNDLE_URL');
  const headers = authorization();
  const seconds = numberSetting(
    'H2O_CLOUD_APP_DOWNLOAD_TIMEOUT',
    DOWNLOAD_TIMEOUT_S,
  );
  const signal = AbortSignal.timeout(seconds * 1000);
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await ask(url, { headers, signal });
      if (response.statusCode === 200) return response;
      const words = await wordsOf(response);
      // A refusal stays one; only what may pass is asked for again.
      if (Number(response.statusCode) < 500)
        throw new Failure(
          `the store refused the bundle: ${response.statusCode} ${words}`,
        );
      throw new Error(`the store answered ${response.statusCode}`);
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (signal.aborted || attempt >= RETRIES_MS.length)
        throw new Failure(`the bundle could not be fetched: ${error.message}`);
      console.log(`The store does not answer (${error.message}); trying again`);
      await new Promise(resolve => setTimeout(resolve, RETRIES_MS[attempt]));
    }
  }
}

/** Fetches the bundle and unpacks it into the app's directory. */
export async function bundle() {
  const root = setting('H2O_CLOUD_APP_ROOT');
  const wanted = setting('APP_STORE_BUNDLE_DIGEST');
  console.log('Sourcing The Wave Application');
  const { bytes, digest } = await unpack(await download(), root, 'the bundle');
  if (digest !== wanted)
    throw new Failure(
      `the bundle is not the one that was imported: ${digest} instead of ${wanted}`,
    );
  console.log(`Unpacked ${bytes} bytes`);
}
