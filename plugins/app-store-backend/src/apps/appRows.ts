/** Rows of `apps` as records. */
import {
  showable,
  showableText,
  versionKey,
  type AppManifest,
  type Problem,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  flag,
  integer,
  json,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';
import type { AppFacts } from '../policy';

/** A tag as an app has it. */
export interface AssignedTag {
  id: string;
  name: string;
  title: string;
  color: string;
  description: string;
  visitorRoles: string[];
  assignedAt: string;
}

/** How an app came into the store; decides which secrets it may use (specification 6.6). */
export type AppOrigin = 'direct' | 'marketplace';

/**
 * What an app.toml says to people, without what would turn texts around: newer ones are
 * refused for it at import.
 */
export function readManifest(stored: string): AppManifest {
  const manifest: AppManifest = JSON.parse(stored);
  return {
    ...manifest,
    title: showable(manifest.title),
    description: showable(manifest.description),
    keywords: manifest.keywords.map(showable),
    ...(manifest.parameters
      ? {
          parameters: manifest.parameters.map(parameter => ({
            ...parameter,
            title: showable(parameter.title),
            ...(parameter.description
              ? { description: showable(parameter.description) }
              : {}),
          })),
        }
      : {}),
  };
}

export const APPS = Table.create({
  id: text(),
  name: text(),
  version: text(),
  ownerRef: text(),
  visibility: text<Visibility>(),
  origin: text<AppOrigin>(),
  manifest: { ...json<AppManifest>(), read: readManifest },
  longDescription: { ...text(), read: showableText },
  icon: optional(text()),
  screenshots: json<string[]>(),
  bundleDigest: text(),
  contentDigest: text(),
  /** Of the content as a tar stream; undefined of apps that were imported before it was written down. */
  contentSize: optional(integer()),
  bundleSize: integer(),
  defaultProfile: optional(text()),
  customImage: optional(text()),
  serviceAccount: optional(text()),
  /** Undefined until it was decided. */
  runnable: optional(flag()),
  problems: json<Problem[]>(),
  checkedAt: optional(text()),
  likes: integer(),
  revision: integer(),
  createdAt: text(),
  updatedAt: text(),
});

/** A row of `apps` with what belongs to it. */
export type AppRecord = RecordOf<typeof APPS> & {
  tags: AssignedTag[];
  /** `visitorRoles` of all its tags together. */
  visitorRoles: string[];
};

/** Beside the record what lists look for and are ordered by. */
export type AppRow = RowOf<typeof APPS> & {
  search_text: string;
  title: string;
  sort_title: string;
  lifecycle: AppManifest['lifecycle'];
  version_key: string;
};

/** Longest title that lists are ordered by, in characters. */
const TITLE_LIMIT = 255;

/** What an import writes. */
export type NewApp = Omit<
  AppRecord,
  'tags' | 'visitorRoles' | 'likes' | 'revision' | 'checkedAt'
>;

/** An import as a row. */
export function toRow(app: NewApp): Partial<AppRow> & { id: string } {
  const { title, description, keywords, lifecycle } = app.manifest;
  return {
    ...APPS.write(app),
    id: app.id,
    search_text: [app.name, title, description, ...keywords]
      .join(' ')
      .toLocaleLowerCase('en-US'),
    title: title.slice(0, TITLE_LIMIT),
    sort_title: title.toLocaleLowerCase('en-US').slice(0, TITLE_LIMIT),
    lifecycle,
    version_key: versionKey(app.version),
    checked_at: app.runnable === undefined ? null : app.createdAt,
    likes: 0,
    revision: 1,
  };
}

/** An import as it is read right after it was written, with its tags by title. */
export function asWritten(
  app: NewApp,
  tags: Array<Omit<AssignedTag, 'assignedAt'>>,
): AppRecord {
  return {
    ...app,
    tags: tags
      .map(({ id, name, title, color, description, visitorRoles }) => ({
        ...{ id, name, title, color, description, visitorRoles },
        assignedAt: app.createdAt,
      }))
      .sort((a, b) => (a.title < b.title ? -1 : 1)),
    visitorRoles: [...new Set(tags.flatMap(tag => tag.visitorRoles))],
    likes: 0,
    revision: 1,
    checkedAt: app.runnable === undefined ? undefined : app.createdAt,
  };
}

/** What the policy wants to know of an app. */
export function appFacts(app: AppRecord): AppFacts {
  return {
    name: app.name,
    ownerRef: app.ownerRef,
    visibility: app.visibility,
    lifecycle: app.manifest.lifecycle,
    visitorRoles: app.visitorRoles,
  };
}
