/** Which version of an app a declared instance runs. */
import {
  compareVersions,
  fullRef,
} from '@ai-app-store/backstage-plugin-app-store-common';
import semver from 'semver';
import type { AppLists } from '../../apps/AppLists';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../../apps/AppRepository';
import type { Caller } from '../../auth/Caller';
import { StoreError } from '../../errors/StoreError';
import type { Policy } from '../../policy';
import { waiting, type Target } from './DeclaredKind';

/** What it stands on. */
export interface AppVersionsOptions {
  policy: Policy;
  apps: AppRepository;
  lists: AppLists;
}

/** Versions of one name that are looked through. */
const VERSIONS = 200;

/** Finds the app version that a declared instance is to run. */
export class AppVersions {
  readonly #o: AppVersionsOptions;

  constructor(options: AppVersionsOptions) {
    this.#o = options;
  }

  /**
   * @returns the version, or what it waits for
   * @throws StoreError 409 where nothing fits, 404 for an app that the person does not see
   */
  async of(
    target: Target<'AppInstance'>,
  ): Promise<{ app: AppRecord } | { waitsFor: ReturnType<typeof waiting> }> {
    const { caller, declaration, lookup } = target;
    const { app, appName, version } = declaration.spec;
    if (appName) return { app: await this.#choose(caller, appName, version) };
    const ref = fullRef(app!, {
      kind: 'App',
      namespace: declaration.namespace,
    });
    const declared = ref && (await lookup(ref));
    if (!declared || declared.kind !== 'App') throw notDeclared(ref);
    const found =
      declared.resourceId && (await this.#o.apps.get(declared.resourceId));
    if (!found)
      return {
        waitsFor: waiting(
          `The instance waits for ${ref}.`,
          'Nothing to do if that is on its way. Otherwise see its declaration.',
        ),
      };
    // A ref is no right: what the person does not see is as if it were not declared.
    if (!this.#o.policy.decide('app', 'read', caller, appFacts(found)).allowed)
      throw notDeclared(ref);
    return {
      app: version ? await this.#choose(caller, found.name, version) : found,
    };
  }

  async #choose(
    caller: Caller,
    name: string,
    range: string | undefined,
  ): Promise<AppRecord> {
    const { items } = await this.#o.lists.list(caller, {
      name,
      limit: VERSIONS,
    });
    const refuse = (code: string, message: string, remedy: string) =>
      new StoreError({ status: 409, code, message, owner: 'you', remedy });
    if (!items.length)
      throw refuse(
        'NO_SUCH_APP',
        `There is no app ${name}, or ${caller.userEntityRef} does not see it.`,
        'Correct spec.appName, or have its owner share it.',
      );
    const fits = items.filter(
      ({ version }) =>
        range === undefined ||
        version === range ||
        (semver.validRange(range) &&
          semver.valid(version) &&
          semver.satisfies(version, range)),
    );
    const [newest] = fits.sort((a, b) => compareVersions(b.version, a.version));
    if (newest) return newest;
    const there = items
      .map(({ version }) => version)
      .sort((a, b) => compareVersions(b, a));
    throw refuse(
      'NO_SUCH_VERSION',
      `No version of ${name} is ${range}. There are ${there
        .slice(0, 5)
        .join(', ')}${there.length > 5 ? ' and others' : ''}.`,
      'Correct spec.version, or publish a version that fits.',
    );
  }
}

function notDeclared(ref: string | undefined): StoreError {
  return new StoreError({
    status: 409,
    code: 'NOT_DECLARED',
    message: `The instance runs ${
      ref ?? 'something'
    }, which is not declared, or not to be seen.`,
    owner: 'you',
    remedy: 'Declare the App, or name an app of the store with spec.appName.',
  });
}
