/** `bundle test`: a directory runs until Ctrl-C, and leaves nothing. */
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Context } from '../Context';
import { CliError, EXIT } from '../errors';
import { importFile } from '../importing';
import { follow, printLogs } from '../launching';
import { withGeneratedVersion } from '../generatedVersion';
import { showInstance } from '../present';

/** Ends what a test began, volumes included; what is gone already is no fault. */
async function cleanUp(
  context: Context,
  app: App,
  instance: AppInstance | undefined,
): Promise<void> {
  const api = context.api();
  context.output.note('\nCleaning up …');
  if (instance)
    await api.terminateInstance(instance.id, { purge: true }).catch(() => {});
  // The store waits for what is being ended.
  await api.deleteApp(app.id, { purgeTerminated: true });
  context.output.note('The instance and the app are deleted.');
}

/** Imports a directory, runs it, and shows its log until Ctrl-C; leaves nothing. */
export async function testBundle(
  context: Context,
  directory: string,
): Promise<number> {
  const { output, world } = context;
  const api = context.api();
  const abort = new AbortController();
  const off = world.onInterrupt(() => abort.abort());
  let app: App | undefined;
  let instance: AppInstance | undefined;
  try {
    app = await withGeneratedVersion(
      context,
      directory,
      (own, time) => `${own}-bundle-test.${time}`,
      async bundle => (await importFile(context, bundle.path, {})).app,
    );
    if (!abort.signal.aborted) {
      instance = await api.runApp(app.id);
      const running = await follow(context, api, instance, abort.signal);
      showInstance(output, running);
      output.note('\nThe log follows. Press Ctrl-C to end the test.\n');
      await printLogs(context, api, instance.id, {
        follow: true,
        signal: abort.signal,
      });
      if (!abort.signal.aborted)
        throw new CliError('The app ended.', { code: 'APP_ENDED' });
    }
    return EXIT.ok;
  } catch (error) {
    if (abort.signal.aborted) return EXIT.ok;
    if (instance)
      await printLogs(context, api, instance.id, { tail: 50 }).catch(() => {});
    throw error;
  } finally {
    off();
    if (app) await cleanUp(context, app, instance);
  }
}
