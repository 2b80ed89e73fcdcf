/** App versions as the API shows them to somebody. */
import {
  remarksOf,
  type App,
  type Problem,
  type TagKind,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../config/StoreConfig';
import { appFacts, type AppRecord } from './AppRepository';
import type { OfferOfApp } from './offers/OfferRepository';
import type { Preferences } from './PreferenceRepository';
import type { Actor, AppAction, Policy } from '../policy';
import { effectiveManifest } from './Preconditions';
import type { Runtimes } from './Runtimes';

/** How a tag is shown (specification 2.4): a category even where it invites visitors, too. */
export function tagKind(
  tag: { name: string; visitorRoles: string[] },
  categoryTags: string[],
): TagKind {
  if (categoryTags.includes(tag.name)) return 'CATEGORY';
  return tag.visitorRoles.length ? 'AUTHORIZATION' : 'BADGE';
}

/** A problem for those who may not know what app.toml holds. */
export function withoutDetails({ code, owner }: Problem): Problem {
  return {
    code,
    owner,
    message: 'The app cannot run here at the moment.',
    remedy:
      owner === 'author' ? 'Its owner must fix it.' : 'An admin must fix it.',
  };
}

/** Several of them say one thing to those readers. */
function withoutDetailsOnce(problems: Problem[]): Problem[] {
  const byKey = new Map(
    problems
      .map(withoutDetails)
      .map(problem => [JSON.stringify(problem), problem]),
  );
  return [...byKey.values()];
}

function presentOffer({ toRef, ...offer }: OfferOfApp): App['offer'] {
  return { ...offer, to: toRef };
}

/** Makes the API's answer of a row. */
export class AppPresenter {
  readonly #config: StoreConfig;
  readonly #policy: Policy;
  readonly #runtimes: Runtimes;

  constructor(options: {
    config: StoreConfig;
    policy: Policy;
    runtimes: Runtimes;
  }) {
    this.#config = options.config;
    this.#policy = options.policy;
    this.#runtimes = options.runtimes;
  }

  /** @param related - what is not in the record itself */
  present(
    actor: Actor,
    record: AppRecord,
    related: {
      newest: boolean;
      preferences?: Preferences;
      offer?: OfferOfApp;
    },
  ): App {
    const manifest = effectiveManifest(record);
    const facts = appFacts(record);
    const may = (action: AppAction) =>
      this.#policy.decide('app', action, actor, facts).allowed;
    // What app.toml says within is for those who may read it (specification 3.3).
    const meta = may('read_meta');
    const remarks = remarksOf(manifest);
    return {
      id: record.id,
      name: record.name,
      version: record.version,
      title: manifest.title,
      description: manifest.description,
      longDescription: record.longDescription,
      keywords: manifest.keywords,
      visibility: record.visibility,
      lifecycle: manifest.lifecycle,
      origin: record.origin,
      ...(may('read_owner') ? { owner: record.ownerRef } : {}),
      ...(related.offer ? { offer: presentOffer(related.offer) } : {}),
      ...(may('read_tags')
        ? {
            tags: record.tags.map(({ visitorRoles, ...tag }) => ({
              ...tag,
              kind: tagKind(
                { ...tag, visitorRoles },
                this.#config.categoryTags,
              ),
            })),
          }
        : {}),
      ...(record.icon
        ? { icon: `/apps/${record.id}/icon?v=${record.icon.slice(0, 12)}` }
        : {}),
      screenshots: record.screenshots.map(
        (name, n) =>
          `/apps/${record.id}/screenshots/${n}?v=${name.slice(0, 12)}`,
      ),
      requirements: this.#requirements(record, meta),
      parameters: manifest.parameters ?? [],
      linkAddress: manifest.linkAddress,
      defaultLaunchProfile: record.defaultProfile,
      ...(meta ? { customImage: manifest.runtime.customImage } : {}),
      ...(may('set_service_account')
        ? { serviceAccount: record.serviceAccount }
        : {}),
      runnability: {
        runnable: record.problems.length === 0,
        problems: meta ? record.problems : withoutDetailsOnce(record.problems),
        checkedAt: record.checkedAt,
      },
      ...(remarks.length ? { remarks } : {}),
      newest: related.newest,
      liked: related.preferences?.liked ?? false,
      pinned: related.preferences?.pinned ?? false,
      likes: record.likes,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      revision: record.revision,
      can: {
        run: may('run') && record.problems.length === 0,
        delete: may('delete'),
        update: may('update'),
        download: may('download'),
        transfer: may('transfer'),
        setServiceAccount: may('set_service_account'),
        refresh: may('refresh'),
      },
    };
  }

  #requirements(record: AppRecord, meta: boolean): App['requirements'] {
    const manifest = effectiveManifest(record);
    const { runtime } = manifest;
    const sizes = this.#runtimes.sizes(manifest, record.defaultProfile);
    return {
      runtime:
        this.#runtimes.find(manifest)?.name ??
        runtime.runtimeVersion ??
        runtime.mode,
      memoryLimit: sizes.memoryLimit,
      memoryReservation: sizes.memoryReservation,
      cpuLimit: sizes.cpuLimit,
      gpuCount: sizes.gpuCount,
      gpuType: sizes.gpuType,
      volumeSize: runtime.volumeSize,
      egress: meta ? runtime.egress : undefined,
      volumeMount: runtime.volumeMount,
      secrets: meta
        ? [
            ...new Set(
              [...manifest.env, ...manifest.files].flatMap(
                entry => entry.secret ?? [],
              ),
            ),
          ]
        : [],
      osPackages: meta ? manifest.osPackages ?? [] : [],
    };
  }
}
