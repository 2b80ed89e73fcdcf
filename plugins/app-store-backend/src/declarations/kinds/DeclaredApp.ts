/**
 * A declared app: what stands in its source is published as the version that its `app.toml` names.
 * A version is immutable, so another content under the same version is not published. What the
 * declaration published later than the version it declares now is hidden: that is a rollback.
 */
import {
  compareVersions,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppChanges } from '../../apps/AppChanges';
import type { AppDeletion } from '../../apps/AppDeletion';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../../apps/AppRepository';
import type { AppImport } from '../../apps/import/AppImport';
import { nameTaken } from '../../apps/import/importRefusals';
import type { NewVersions } from '../../apps/import/NewVersions';
import type { Caller } from '../../auth/Caller';
import { notAllowed } from '../../errors/StoreError';
import type { Policy } from '../../policy';
import type { AppContent, PublishedVersion } from '../declarationRows';
import {
  changeOf,
  type Applied,
  type DeclaredKind,
  type Ended,
  type Ending,
  type Plan,
  type Target,
  type Tools,
} from './DeclaredKind';

/** The code where the source has changed under a version that is published. */
export const VERSION_UNCHANGED = 'VERSION_UNCHANGED';

/** What it stands on. */
export interface DeclaredAppOptions {
  policy: Policy;
  apps: AppRepository;
  versions: NewVersions;
  imports: AppImport;
  changes: AppChanges;
  deletion: AppDeletion;
}

/** Brings apps into line. */
export class DeclaredApp implements DeclaredKind<'App'> {
  readonly #o: DeclaredAppOptions;

  constructor(options: DeclaredAppOptions) {
    this.#o = options;
  }

  /** Later versions of this declaration that people still see. */
  async #later({ row, content }: Target<'App'>): Promise<AppRecord[]> {
    const later = row.published.filter(
      ({ version }) => compareVersions(version, content!.version) > 0,
    );
    return (await this.#o.apps.getMany(later.map(({ appId }) => appId))).filter(
      app => app.visibility !== 'PRIVATE',
    );
  }

  #changes(
    { declaration }: Target<'App'>,
    app: AppRecord | undefined,
    later: AppRecord[],
  ) {
    const { visibility, tags, launchProfile } = declaration.spec;
    return [
      ...changeOf('visibility', visibility, app?.visibility),
      ...changeOf(
        'tags',
        tags,
        app?.tags.map(tag => tag.name),
      ),
      ...changeOf('launchProfile', launchProfile, app?.defaultProfile),
      ...later.flatMap(each =>
        changeOf(`visibility of ${each.version}`, 'PRIVATE', each.visibility),
      ),
    ];
  }

  async plan(target: Target<'App'>): Promise<Plan> {
    const { caller } = target;
    const content = target.content!;
    const { name, version } = content;
    const app = await this.#o.apps.findByIdentity(name, version);
    const later = await this.#later(target);
    const changes = this.#changes(target, app, later);
    if (!app) {
      await this.#assertMayPublish(caller, content);
      return {
        action: 'CREATE',
        changes: [
          ...changeOf('version', `${name} ${version}`, undefined),
          ...changes,
        ],
      };
    }
    const decision = this.#o.policy.decide(
      'app',
      'update',
      caller,
      appFacts(app),
    );
    // What an import says of a version that is somebody else's, and no more.
    if (!decision.allowed)
      throw (
        (await this.#o.versions.taken(caller, content)) ??
        nameTaken(name, version, undefined)
      );
    const other = app.contentDigest !== content.contentDigest;
    return {
      action: changes.length ? 'UPDATE' : 'SAME',
      changes: [
        ...(other
          ? [
              {
                field: 'content',
                declared: content.contentDigest.slice(0, 12),
                actual: app.contentDigest.slice(0, 12),
              },
            ]
          : []),
        ...changes,
      ],
      found: app,
      ...(other
        ? {
            stays: {
              code: VERSION_UNCHANGED,
              message: `The source has changed, but ${name} ${version} is published already, and a version never changes.`,
              owner: 'author' as const,
              remedy: 'Raise App.Version in app.toml to publish the change.',
            },
          }
        : {}),
    };
  }

  async #assertMayPublish(caller: Caller, content: AppContent): Promise<void> {
    const decision = this.#o.policy.decide(
      'platform',
      'import',
      caller,
      undefined,
    );
    if (!decision.allowed)
      throw notAllowed(
        `${caller.userEntityRef} is not allowed to import apps.`,
        decision,
      );
    const taken = await this.#o.versions.taken(caller, content);
    if (taken) throw taken;
  }

  async apply(
    target: Target<'App'>,
    plan: Plan,
    tools: Tools,
  ): Promise<Applied> {
    const { caller, declaration, row } = target;
    const { spec } = declaration;
    const { version } = target.content!;
    let id = plan.found?.id;
    if (id) await tools.claim(id);
    else {
      const imported = await this.#o.imports.import(
        caller,
        await tools.openBundle(),
        { visibility: spec.visibility, profile: spec.launchProfile },
      );
      ({ id } = imported.app);
      await tools.claim(id);
    }
    await tools.remember({ published: published(row.published, id, version) });
    for (const later of await this.#later(target))
      await this.#o.changes.update(caller, later.id, { visibility: 'PRIVATE' });
    const app = (await this.#o.apps.get(id))!;
    const change = this.#updateOf(spec, app);
    const found = Object.keys(change).length
      ? await this.#o.changes.update(caller, id, change)
      : app;
    return {
      found: { id, revision: found.revision },
      update: { published: published(row.published, id, version) },
    };
  }

  #updateOf(
    spec: Target<'App'>['declaration']['spec'],
    app: AppRecord,
  ): {
    visibility?: Visibility;
    tags?: string[];
    defaultLaunchProfile?: string;
  } {
    const { visibility, tags, launchProfile } = spec;
    const has = app.tags.map(tag => tag.name);
    return {
      ...(visibility === app.visibility ? {} : { visibility }),
      ...(changeOf('tags', tags, has).length ? { tags } : {}),
      ...(launchProfile && launchProfile !== app.defaultProfile
        ? { defaultLaunchProfile: launchProfile }
        : {}),
    };
  }

  async end(
    caller: Caller,
    { resourceId, published: all }: Ended,
    how: Ending,
  ): Promise<void> {
    const ids = new Set([resourceId, ...all.map(({ appId }) => appId)]);
    for (const { id, visibility } of await this.#o.apps.getMany([...ids]))
      if (how === 'delete') await this.#o.deletion.delete(caller, id, {});
      // Nobody starts what they do not see.
      else if (visibility !== 'PRIVATE')
        await this.#o.changes.update(caller, id, { visibility: 'PRIVATE' });
  }
}

/** With one more, once. */
function published(
  before: PublishedVersion[],
  appId: string,
  version: string,
): PublishedVersion[] {
  return [...before.filter(each => each.appId !== appId), { appId, version }];
}
