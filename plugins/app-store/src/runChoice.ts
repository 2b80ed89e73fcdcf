/**
 * The button that fits the situation: the decision table of the specification,
 * section 10. Pure, so that each row of the table is a test.
 */
import {
  isUp,
  type App,
  type AppInstance,
  type ManagedInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** Something that a button does. */
export type RunAction =
  | { kind: 'visit'; url: string }
  | { kind: 'instance'; id: string }
  | { kind: 'resume'; instance: AppInstance }
  | { kind: 'run'; again: boolean };

/** The main button of an app's page and a second one, or the reason why there is none. */
export interface RunChoice {
  primary?: RunAction;
  secondary?: RunAction;
  /** Why nothing, or nothing more, can be done. */
  reason?: string;
}

/** They take a place of the reader's quota. */
const LIVE = ['PENDING', 'DEPLOYED', 'FAILED', 'UNKNOWN'];

/** What runs of this version is led to, not started again. */
function toOwn(instance: AppInstance): RunAction {
  return isUp(instance) && instance.can.open
    ? { kind: 'visit', url: instance.url }
    : { kind: 'instance', id: instance.id };
}

function whyNot(app: App): string | undefined {
  if (app.can.run) return undefined;
  if (!app.runnability.runnable)
    return 'The app cannot run here at the moment.';
  return app.visibility === 'PRIVATE'
    ? 'This app is private. Only its owner can run it.'
    : 'You are not allowed to run this app.';
}

/** Why a managed app cannot be opened by those who do not run it. */
function whyClosed(app: App, managed?: ManagedInstance): string {
  if (app.visibility === 'PRIVATE')
    return 'This app is private. Only its owner can open it.';
  return managed
    ? 'Not available now. The owner runs this app for everybody and has suspended it.'
    : 'Not available now. The owner runs this app for everybody, but it is not running.';
}

/** Why people cannot open a managed app, for those who run it. */
function whyUnused(
  app: App,
  running: AppInstance | undefined,
  managed: ManagedInstance | undefined,
): string | undefined {
  if (app.lifecycle !== 'MANAGED') return undefined;
  if (app.visibility === 'PRIVATE')
    return 'Only the owner can open this app: it is private. Change who can see it under Options.';
  if (managed && isUp(managed) && !running) return undefined;
  if (!running)
    return 'People cannot open this app: it is not running. Run it for them, and share the instance.';
  return running.visibility === 'PRIVATE'
    ? 'Only the owner can open this app: its instance is private. Change who can open the instance.'
    : undefined;
}

/**
 * @param own - the reader's instances of this app version, newest first
 * @param managed - the newest instance of a managed app that the reader may open
 */
export function runChoice(
  app: App,
  own: AppInstance[],
  managed?: ManagedInstance,
): RunChoice {
  if (app.lifecycle === 'LINK')
    return app.linkAddress
      ? { primary: { kind: 'visit', url: app.linkAddress } }
      : { reason: 'The app has no address.' };
  // What is suspended answers nobody who visits it (specification 13, no. 16).
  const visit: RunAction | undefined =
    managed && isUp(managed) ? { kind: 'visit', url: managed.url } : undefined;
  // Owners and admins run a managed app; everybody else is led to what they run.
  if (app.lifecycle === 'MANAGED' && !app.can.update)
    return visit ? { primary: visit } : { reason: whyClosed(app, managed) };
  const run: RunAction | undefined = app.can.run
    ? { kind: 'run', again: false }
    : undefined;
  const here = own.filter(instance => !instance.terminating);
  const live = here.find(
    ({ status, suspending }) => LIVE.includes(status) && !suspending,
  );
  const reason = whyNot(app) ?? whyUnused(app, live, managed);
  if (live)
    return {
      primary: toOwn(live),
      secondary: run && { kind: 'run', again: true },
      reason,
    };
  const suspended = here.find(instance => instance.can.resume);
  if (suspended)
    return {
      primary: { kind: 'resume', instance: suspended },
      secondary: run && { kind: 'run', again: true },
      reason,
    };
  if (visit) return { primary: visit, secondary: run, reason };
  if (managed)
    return {
      primary: { kind: 'instance', id: managed.id },
      secondary: run,
      reason,
    };
  return { primary: run, reason };
}
