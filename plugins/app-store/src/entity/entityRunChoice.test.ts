import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { entityRunChoice, type EntityRunChoice } from './entityRunChoice';

function app(change: {
  lifecycle?: App['lifecycle'];
  run?: boolean;
  runnable?: boolean;
  parameters?: Array<Partial<App['parameters'][number]>>;
}): App {
  const { lifecycle = 'ON_DEMAND', run = true, runnable = true } = change;
  return {
    lifecycle,
    linkAddress: lifecycle === 'LINK' ? 'https://elsewhere' : undefined,
    parameters: change.parameters ?? [],
    can: { run },
    runnability: { runnable, problems: [] },
  } as unknown as App;
}

function instance(
  status: AppInstance['status'],
  change: { terminating?: boolean; resume?: boolean } = {},
): AppInstance {
  const { terminating = false, resume = true } = change;
  return {
    id: status,
    status,
    terminating,
    can: { resume },
  } as unknown as AppInstance;
}

describe('the button of an app', () => {
  it.each<[string, App, AppInstance[], string | undefined, EntityRunChoice]>([
    [
      'a link',
      app({ lifecycle: 'LINK', run: false }),
      [],
      undefined,
      { kind: 'visit', url: 'https://elsewhere' },
    ],
    [
      'a managed app that runs',
      app({ lifecycle: 'MANAGED', run: false }),
      [],
      'https://it',
      { kind: 'visit', url: 'https://it' },
    ],
    [
      'a managed app that does not run',
      app({ lifecycle: 'MANAGED', run: false }),
      [],
      undefined,
      { kind: 'none', reason: expect.stringContaining('nothing runs') },
    ],
    [
      'a managed app of one’s own',
      app({ lifecycle: 'MANAGED' }),
      [],
      undefined,
      { kind: 'run' },
    ],
    [
      'an app that starts, beside one that is paused',
      app({}),
      [instance('SUSPENDED'), instance('PENDING')],
      undefined,
      { kind: 'instance', id: 'PENDING' },
    ],
    [
      'a paused app',
      app({}),
      [instance('SUSPENDED')],
      undefined,
      { kind: 'resume', id: 'SUSPENDED' },
    ],
    [
      'an app that is being ended',
      app({}),
      [
        instance('DEPLOYED', { terminating: true }),
        instance('SUSPENDED', { resume: false }),
      ],
      undefined,
      { kind: 'run' },
    ],
    [
      'an app that asks for something',
      app({ parameters: [{ required: true }] }),
      [],
      undefined,
      { kind: 'ask' },
    ],
    [
      'an app that would ask, but knows',
      app({ parameters: [{ required: true, default: 'x' }] }),
      [],
      undefined,
      { kind: 'run' },
    ],
    [
      'an app that one may not run',
      app({ run: false }),
      [],
      undefined,
      { kind: 'none', reason: 'You may not run this app.' },
    ],
    [
      'an app that cannot be run here',
      app({ run: false, runnable: false }),
      [],
      undefined,
      { kind: 'none', reason: undefined },
    ],
  ])('of %s', (_, of, own, managedUrl, expected) => {
    expect(entityRunChoice(of, own, managedUrl)).toEqual(expected);
  });
});
