/** Which version of an app a declared instance runs. */
import {
  compareVersions,
  type Problem,
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
import { referenceOf, type AppContent } from '../declarationRows';
import type { Target } from './DeclaredKind';
import { notDeclared, resourceNamedBy, waitsForNamed } from './references';

/** What it stands on. */
export interface AppVersionsOptions {
  policy: Policy;
  apps: AppRepository;
  lists: AppLists;
}

/** Versions of one name that are looked through. */
const VERSIONS = 200;

/** Whether a version is what a declaration asks for: the version itself, or a range. */
function fits(version: string, range: string | undefined): boolean {
  return (
    range === undefined ||
    version === range ||
    Boolean(
      semver.validRange(range) &&
        semver.valid(version) &&
        semver.satisfies(version, range),
    )
  );
}

/** Finds the app version that a declared instance is to run. */
export class AppVersions {
  readonly #o: AppVersionsOptions;

  constructor(options: AppVersionsOptions) {
    this.#o = options;
  }

  /**
   * @returns the version, the one that is published first, or what it waits for
   * @throws StoreError 409 where nothing fits, 404 for an app that the person does not see
   */
  async of(
    target: Target<'AppInstance'>,
  ): Promise<
    { app: AppRecord } | { coming: AppContent } | { waitsFor: Problem }
  > {
    const { caller, declaration } = target;
    const { appName, version } = declaration.spec;
    const coming = target.coming?.({
      ref: referenceOf(declaration),
      name: appName,
    });
    if (coming && fits(coming.version, version))
      return this.#newest(target, coming);
    if (appName) return { app: await this.#choose(caller, appName, version) };
    const named = await resourceNamedBy(target, 'App');
    if ('waitsFor' in named) return named;
    const found = await this.#o.apps.get(named.id);
    // It was deleted, and is published again.
    if (!found) return { waitsFor: waitsForNamed(declaration) };
    if (!this.#o.policy.decide('app', 'read', caller, appFacts(found)).allowed)
      throw notDeclared(declaration);
    return {
      app: version ? await this.#choose(caller, found.name, version) : found,
    };
  }

  /** What is published first, unless a newer one that fits is there already. */
  async #newest(
    { caller, declaration }: Target<'AppInstance'>,
    coming: AppContent,
  ): Promise<{ app: AppRecord } | { coming: AppContent }> {
    const { appName, version } = declaration.spec;
    // Without a range it is the version that the App entity declares.
    if (!appName && version === undefined) return { coming };
    const app = await this.#choose(caller, coming.name, version).catch(
      error => {
        if (!(error instanceof StoreError)) throw error;
        return undefined;
      },
    );
    return app && compareVersions(app.version, coming.version) >= 0
      ? { app }
      : { coming };
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
    const [newest] = items
      .filter(({ version }) => fits(version, range))
      .sort((a, b) => compareVersions(b.version, a.version));
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
