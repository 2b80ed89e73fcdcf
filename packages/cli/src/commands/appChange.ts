/** What may be changed of an app version: who sees it, and how it is run. */
import type {
  AppChange,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Command } from 'commander';
import type { Context } from '../Context';
import { findApp } from '../find';
import { showApp } from '../present';
import { APP } from './appWords';
import { visibilityOption, type Mount } from './shared';

export function addAppChanges(app: Command, mount: Mount): void {
  const { act, admin } = mount;
  const change = async (context: Context, text: string, to: AppChange) => {
    const api = context.api();
    const { id } = await findApp(api, text, mount);
    showApp(context.output, await api.updateApp(id, to));
  };

  app
    .command('update')
    .description('change who can see an app')
    .argument('<app>', APP)
    .addOption(visibilityOption('the app', { mandatory: true }))
    .action(
      act((context, text: string, flags: { visibility: Visibility }) =>
        change(context, text, { visibility: flags.visibility }),
      ),
    );

  app
    .command('set-image')
    .description('change the container image of an app')
    .argument('<app>', APP)
    .argument('<image>', "the image; '' for the app's own image")
    .action(
      act((context, text: string, image: string) =>
        change(context, text, { customImage: image || null }),
      ),
    );

  app
    .command('set-default-profile')
    .description('change the default launch profile of an app')
    .argument('<app>', APP)
    .argument('<profile>', "see env launch-profiles list; '' for none")
    .action(
      act((context, text: string, profile: string) =>
        change(context, text, { defaultLaunchProfile: profile || null }),
      ),
    );

  if (admin)
    app
      .command('set-service-account')
      .description("set the Kubernetes service account of an app's pods")
      .argument('<app>', APP)
      .argument('<service-account>', "its name; '' for none")
      .action(
        act((context, text: string, account: string) =>
          change(context, text, { serviceAccount: account || null }),
        ),
      );

  app
    .command('preconditions')
    .description('show whether an app can run here')
    .command('refresh')
    .description('check again whether an app can run')
    .argument('<app>', APP)
    .action(
      act(async (context, text: string) => {
        const api = context.api();
        const { id } = await findApp(api, text, mount);
        showApp(context.output, await api.refreshPreconditions(id));
      }),
    );
}
