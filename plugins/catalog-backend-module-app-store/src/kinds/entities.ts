/**
 * The store's apps and tags as entities of the catalog. Pure: the same thing gives
 * the same entity, so that the catalog sees what changed and nothing else. Entities
 * stay small; whatever changes often, or is long, is on the store's own pages.
 */
import {
  APP_ID_ANNOTATION,
  appEntityName,
  appEntityRef,
  CATALOG_API_VERSION,
  CATALOG_NAMESPACE,
  compareVersions,
  NEWEST_LABEL,
  tagEntityName,
  tagEntityRef,
  VISITORS_NAMESPACE,
  type CatalogApp,
  type CatalogTag,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  type Entity,
} from '@backstage/catalog-model';

/** Longest description of an entity, in characters. */
const DESCRIPTION_LIMIT = 300;
/** Most keywords of an entity. */
const KEYWORDS = 5;

/** How an app comes by its instances, as the catalog writes lifecycles. */
export const LIFECYCLES = {
  ON_DEMAND: 'on-demand',
  MANAGED: 'managed',
  LINK: 'link',
} as const;

function shortened(text: string): string | undefined {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= DESCRIPTION_LIMIT) return line || undefined;
  return `${line.slice(0, DESCRIPTION_LIMIT - 1).trimEnd()}…`;
}

/** Keywords as the catalog's tags: lower case, one form of separator. */
function tagsOf(keywords: string[]): string[] | undefined {
  const tags = keywords
    .map(keyword =>
      keyword
        .toLocaleLowerCase('en-US')
        .replace(/[^a-z0-9+#]+/g, '-')
        .slice(0, 63)
        .replace(/^-|-$/g, ''),
    )
    .filter(Boolean);
  const unique = [...new Set(tags)].sort().slice(0, KEYWORDS);
  return unique.length ? unique : undefined;
}

const located = (target: string) => ({
  [ANNOTATION_LOCATION]: `app-store:${target}`,
  [ANNOTATION_ORIGIN_LOCATION]: `app-store:${target}`,
});

/** Leaves out what is undefined, which JSON does not know. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as T;
}

/** On apps whose owner is told to some readers only: `full-access`. */
export const OWNER_TOLD_TO = 'ai-app-store.io/owner-told-to';

/**
 * An app version; once more without owner and tags where visitors may come to see it,
 * since the catalog shows an entity whole or not at all.
 *
 * @param portalUrl - without a slash at the end
 * @param before - the version before this one, which those may know of who may know its owner
 */
export function appEntities(
  app: CatalogApp,
  portalUrl: string,
  before?: Pick<CatalogApp, 'name' | 'version'>,
): Entity[] {
  const { owner, tags: _, ...plain } = app;
  return [
    appEntity(
      app,
      portalUrl,
      CATALOG_NAMESPACE,
      owner === undefined ? undefined : before,
    ),
    ...(app.visitors ? [appEntity(plain, portalUrl, VISITORS_NAMESPACE)] : []),
  ];
}

/** Entities of versions of one or more names, each with the version before it. */
export function entitiesOfApps(
  apps: CatalogApp[],
  portalUrl: string,
): Entity[] {
  const byName = new Map<string, CatalogApp[]>();
  for (const app of apps)
    byName.set(app.name, [...(byName.get(app.name) ?? []), app]);
  return [...byName.values()].flatMap(versions => {
    versions.sort((a, b) => compareVersions(a.version, b.version));
    return versions.flatMap((app, place) =>
      appEntities(app, portalUrl, versions[place - 1]),
    );
  });
}

function appEntity(
  app: CatalogApp,
  portalUrl: string,
  namespace: string,
  before?: Pick<CatalogApp, 'name' | 'version'>,
): Entity {
  const page = `${portalUrl}/app-store/apps/${app.id}`;
  return {
    apiVersion: CATALOG_API_VERSION,
    kind: 'App',
    metadata: present({
      namespace,
      name: appEntityName(app.name, app.version),
      // The newest one is what people look for; the others say which they are.
      title: app.newest ? app.title : `${app.title} ${app.version}`,
      description: shortened(app.description),
      annotations: {
        ...located(page),
        [APP_ID_ANNOTATION]: app.id,
        ...(app.owner && app.visitors !== undefined
          ? { [OWNER_TOLD_TO]: 'full-access' }
          : {}),
      },
      labels: app.newest ? { [NEWEST_LABEL]: 'true' } : undefined,
      tags: tagsOf(app.keywords),
      links: [{ url: page, title: 'Open in the App Store' }],
    }),
    spec: present({
      type: app.mode,
      lifecycle: LIFECYCLES[app.lifecycle],
      name: app.name,
      version: app.version,
      title: app.title,
      visibility: app.visibility,
      newest: app.newest,
      owner: app.owner,
      newerThan: before && appEntityRef(before),
      tags: app.tags?.length
        ? app.tags.map(tag => tagEntityRef(tag)).sort()
        : undefined,
    }),
  };
}

/** @param portalUrl - without a slash at the end */
export function tagEntity(tag: CatalogTag, portalUrl: string): Entity {
  const page = `${portalUrl}/app-store?tag=${encodeURIComponent(tag.name)}`;
  return {
    apiVersion: CATALOG_API_VERSION,
    kind: 'AppTag',
    metadata: present({
      namespace: CATALOG_NAMESPACE,
      name: tagEntityName(tag.name),
      title: tag.title,
      description: shortened(tag.description),
      annotations: located(page),
      links: [{ url: page, title: 'Apps with this tag' }],
    }),
    spec: {
      type: 'tag',
      name: tag.name,
      color: tag.color,
      apps: tag.apps.map(appEntityRef),
    },
  };
}
