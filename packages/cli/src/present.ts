/** How resources are printed (specification 8): `ID` first, since scripts look for it. */
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Output } from './output';

export function tagNames(app: App): string {
  return (app.tags ?? []).map(tag => tag.name).join(', ');
}

export function showApp(output: Output, app: App): void {
  output.result(app, () =>
    output.fields([
      ['ID', app.id],
      ['Title', app.title],
      ['Name', app.name],
      ['Version', app.version],
      ['Created At', app.createdAt],
      ['Updated At', app.updatedAt],
      ['Owner', app.owner],
      ['Visibility', app.visibility],
      ['Lifecycle', app.lifecycle],
      [
        'Runtime',
        app.lifecycle === 'LINK' ? undefined : app.requirements.runtime,
      ],
      ['Description', app.description],
      ['Tags', tagNames(app)],
      ['Address', app.linkAddress],
      [
        'Runnable',
        app.lifecycle === 'LINK'
          ? undefined
          : app.runnability.problems.map(p => p.message).join(' ') || 'yes',
      ],
    ]),
  );
}

export function showInstance(output: Output, instance: AppInstance): void {
  output.result(instance, () =>
    output.fields([
      ['ID', instance.id],
      ['URL', instance.url],
      ['App ID', instance.appId],
      ['App', `${instance.appTitle} ${instance.appVersion}`],
      ['Owner', instance.owner],
      ['Visibility', instance.visibility],
      ['Status', instance.terminating ? 'TERMINATING' : instance.status],
      ['Created At', instance.createdAt],
      ['Updated At', instance.updatedAt],
      ['Suspend After', instance.suspendAfter],
    ]),
  );
}
