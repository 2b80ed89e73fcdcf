/** How an app and an instance are shown. */
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Output } from './output';

export function tagNames(app: App): string {
  return (app.tags ?? []).map(tag => tag.name).join(', ');
}

/** What keeps an app from being run here; `yes` where nothing does. */
export function runnable(app: App): string {
  return app.runnability.problems.map(p => p.message).join(' ') || 'yes';
}

export function showApp(output: Output, app: App): void {
  const link = app.lifecycle === 'LINK';
  output.result(app, () =>
    output.fields([
      ['ID', app.id],
      ['Title', app.title],
      ['Name', app.name],
      ['Version', app.version],
      ['Created At', app.createdAt],
      ['Updated At', app.updatedAt],
      ['Owner', app.owner],
      ['Offered To', app.offer?.to],
      ['Visibility', app.visibility],
      ['Lifecycle', app.lifecycle],
      ['Runtime', link ? undefined : app.requirements.runtime],
      ['Description', app.description],
      ['Tags', tagNames(app)],
      ['Address', app.linkAddress],
      ['Image', app.customImage],
      ['Launch Profile', app.defaultLaunchProfile],
      ['Service Account', app.serviceAccount],
      ['Parameters', app.parameters.map(p => p.name).join(', ') || undefined],
      ['Runnable', link ? undefined : runnable(app)],
    ]),
  );
}

/** The status of an instance, or that it ends, or how often it was started again. */
export function statusOf(instance: AppInstance): string {
  if (instance.terminating) return 'TERMINATING';
  return instance.restarting
    ? `RESTARTING (${instance.restartCount})`
    : instance.status;
}

const yes = (value: boolean) => (value ? 'yes' : 'no');

/** @param options.whole - with what does not change while it runs */
export function showInstance(
  output: Output,
  instance: AppInstance,
  options: { whole?: boolean } = {},
): void {
  const { can, parameters = {} } = instance;
  output.result(instance, () =>
    output.fields([
      ['ID', instance.id],
      ['URL', instance.url],
      ['App ID', instance.appId],
      ['App', `${instance.appTitle} ${instance.appVersion}`],
      ['Owner', instance.owner],
      ['Visibility', instance.visibility],
      ['Status', statusOf(instance)],
      ['Created At', instance.createdAt],
      ['Updated At', instance.updatedAt],
      ['Suspend After', instance.suspendAfter],
      ...(options.whole
        ? ([
            ['Lifecycle', instance.lifecycle],
            ['Suspendable', yes(instance.suspendable)],
            ['Read Only', yes(!can.update)],
          ] as Array<[string, string]>)
        : []),
      ['Launch Profile', instance.launchProfile],
      [
        'Parameters',
        Object.entries(parameters)
          .map(([name, value]) => `${name}=${value}`)
          .join(', ') || undefined,
      ],
      [
        'Old Secrets',
        instance.secretsChanged
          ? instance.staleSecrets?.join(', ') ?? 'yes'
          : undefined,
      ],
      ['Restorable Until', instance.purgeAfter],
    ]),
  );
}
