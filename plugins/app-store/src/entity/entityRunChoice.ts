/** Which button an app has on its entity page: the decision table of specification 10. */
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** What the button does. */
export type EntityRunChoice =
  | { kind: 'visit'; url: string }
  | { kind: 'instance'; id: string }
  | { kind: 'resume'; id: string }
  | { kind: 'run' }
  /** Something is to be said first, on the store's page. */
  | { kind: 'ask' }
  | { kind: 'none'; reason?: string };

/**
 * @param own - the reader's instances of the app, of all its versions
 * @param managedUrl - the newest instance of a managed app that the reader may open
 */
export function entityRunChoice(
  app: App,
  own: AppInstance[],
  managedUrl?: string,
): EntityRunChoice {
  if (app.lifecycle === 'LINK' && app.linkAddress)
    return { kind: 'visit', url: app.linkAddress };
  if (app.lifecycle === 'MANAGED' && !app.can.run && app.runnability.runnable)
    return managedUrl
      ? { kind: 'visit', url: managedUrl }
      : {
          kind: 'none',
          reason: 'Its owner runs it for everybody. Right now nothing runs.',
        };
  const alive = own.filter(instance => !instance.terminating);
  const current = alive.find(({ status }) =>
    ['PENDING', 'DEPLOYED', 'FAILED'].includes(status),
  );
  if (current) return { kind: 'instance', id: current.id };
  const paused = alive.find(
    ({ status, can }) => status === 'SUSPENDED' && can.resume,
  );
  if (paused) return { kind: 'resume', id: paused.id };
  if (!app.can.run)
    return {
      kind: 'none',
      // What keeps it from being run stands below.
      reason: app.runnability.runnable
        ? 'You may not run this app.'
        : undefined,
    };
  return {
    kind: app.parameters.some(
      each => each.required && each.default === undefined,
    )
      ? 'ask'
      : 'run',
  };
}
