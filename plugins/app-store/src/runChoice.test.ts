import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { runChoice } from './runChoice';

const app = (over: Record<string, unknown> = {}) =>
  ({
    lifecycle: 'ON_DEMAND',
    visibility: 'ALL_USERS',
    runnability: { runnable: true, problems: [] },
    can: { run: true, update: false },
    ...over,
  } as unknown as App);
const instance = (status: string, over: Record<string, unknown> = {}) =>
  ({
    id: 'i',
    url: 'http://i/',
    status,
    terminating: false,
    can: { open: true, resume: status === 'SUSPENDED' },
    ...over,
  } as unknown as AppInstance);
const run = { kind: 'run', again: false };
const again = { kind: 'run', again: true };
const managed = { id: 'm', url: 'http://m/', status: 'DEPLOYED' as const };
const others = { run: false, update: false };

describe('the button by the situation (specification 10)', () => {
  it.each([
    [
      'LINK: visit',
      app({ lifecycle: 'LINK', linkAddress: 'http://l/' }),
      [],
      undefined,
      { primary: { kind: 'visit', url: 'http://l/' } },
    ],
    [
      'MANAGED, neither owner nor admin, an instance: visit the newest',
      app({ lifecycle: 'MANAGED', can: others }),
      [],
      managed,
      { primary: { kind: 'visit', url: 'http://m/' } },
    ],
    [
      '16: MANAGED, the same, one that is restarting and up: visit it',
      app({ lifecycle: 'MANAGED', can: others }),
      [],
      { ...managed, status: 'FAILED' as const, up: true },
      { primary: { kind: 'visit', url: 'http://m/' } },
    ],
    [
      '16: an instance that is restarting and up: visit it',
      app({ can: others }),
      [instance('FAILED', { restarting: true, up: true })],
      undefined,
      {
        primary: { kind: 'visit', url: 'http://i/' },
        reason: 'You are not allowed to run this app.',
      },
    ],
    [
      'MANAGED, the same, none: not available',
      app({ lifecycle: 'MANAGED', can: others }),
      [],
      undefined,
      { reason: expect.stringContaining('Not available') },
    ],
    [
      'MANAGED, the same, private: says so',
      app({ lifecycle: 'MANAGED', can: others, visibility: 'PRIVATE' }),
      [],
      undefined,
      { reason: 'This app is private. Only its owner can open it.' },
    ],
    [
      'MANAGED, the same, a suspended one: not available',
      app({ lifecycle: 'MANAGED', can: others }),
      [],
      { ...managed, status: 'SUSPENDED' as const },
      { reason: expect.stringContaining('has suspended it') },
    ],
    [
      'MANAGED, an admin, a suspended one of its owner: go to it, or run',
      app({ lifecycle: 'MANAGED', can: { run: true, update: true } }),
      [],
      { ...managed, status: 'SUSPENDED' as const },
      {
        primary: { kind: 'instance', id: 'm' },
        secondary: run,
        reason: expect.stringContaining('it is not running'),
      },
    ],
    [
      'MANAGED, its owner: run, told that nobody can open it',
      app({ lifecycle: 'MANAGED', can: { run: true, update: true } }),
      [],
      undefined,
      { primary: run, reason: expect.stringContaining('it is not running') },
    ],
    [
      'MANAGED and private, its owner: told that nobody else can open it',
      app({
        lifecycle: 'MANAGED',
        visibility: 'PRIVATE',
        can: { run: true, update: true },
      }),
      [instance('DEPLOYED', { visibility: 'ALL_USERS' })],
      undefined,
      {
        primary: { kind: 'visit', url: 'http://i/' },
        secondary: again,
        reason: expect.stringContaining('it is private'),
      },
    ],
    [
      'MANAGED, its owner, the instance private: told that nobody else can open it',
      app({ lifecycle: 'MANAGED', can: { run: true, update: true } }),
      [instance('DEPLOYED', { visibility: 'PRIVATE' })],
      undefined,
      {
        primary: { kind: 'visit', url: 'http://i/' },
        secondary: again,
        reason: expect.stringContaining('its instance is private'),
      },
    ],
    [
      'MANAGED, its owner, shared: nothing is in the way',
      app({ lifecycle: 'MANAGED', can: { run: true, update: true } }),
      [instance('DEPLOYED', { visibility: 'ALL_USERS' })],
      undefined,
      { primary: { kind: 'visit', url: 'http://i/' }, secondary: again },
    ],
    [
      'own instance starting: go to it',
      app(),
      [instance('PENDING')],
      undefined,
      { primary: { kind: 'instance', id: 'i' }, secondary: again },
    ],
    [
      'own instance running: visit',
      app(),
      [instance('DEPLOYED')],
      undefined,
      { primary: { kind: 'visit', url: 'http://i/' }, secondary: again },
    ],
    [
      'own instance failed: go to it',
      app(),
      [instance('FAILED')],
      undefined,
      { primary: { kind: 'instance', id: 'i' }, secondary: again },
    ],
    [
      'own instance of which nothing is known: go to it',
      app(),
      [instance('UNKNOWN')],
      undefined,
      { primary: { kind: 'instance', id: 'i' }, secondary: again },
    ],
    [
      'own one suspended only: resume, and run',
      app(),
      [instance('SUSPENDED')],
      undefined,
      {
        primary: { kind: 'resume', instance: instance('SUSPENDED') },
        secondary: again,
      },
    ],
    [
      "only others' suspended ones: run",
      app(),
      [],
      undefined,
      { primary: run },
    ],
    [
      'not runnable: disabled, with the reason',
      app({
        runnability: { runnable: false, problems: [] },
        can: { run: false, update: true },
      }),
      [],
      undefined,
      { reason: expect.stringContaining('cannot run') },
    ],
    [
      'what is being ended does not count',
      app(),
      [instance('DEPLOYED', { terminating: true })],
      undefined,
      { primary: run },
    ],
    [
      'an admin and a private app of somebody else: the reason',
      app({ visibility: 'PRIVATE', can: { run: false, update: true } }),
      [],
      undefined,
      { reason: expect.stringContaining('private') },
    ],
  ])('%s', (_, given, own, newest, expected) => {
    expect(JSON.parse(JSON.stringify(runChoice(given, own, newest)))).toEqual(
      expected,
    );
  });
});
