/** Rows of `apps` as records. */
import {
  showable,
  showableText,
  versionKey,
  type AppManifest,
  type Problem,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppFacts } from '../policy';

/** A tag as an app bears it. */
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

/** A row of `apps` with what belongs to it. */
export interface AppRecord {
  id: string;
  name: string;
  version: string;
  ownerRef: string;
  visibility: Visibility;
  origin: AppOrigin;
  manifest: AppManifest;
  longDescription: string;
  icon?: string;
  screenshots: string[];
  bundleDigest: string;
  contentDigest: string;
  bundleSize: number;
  defaultProfile?: string;
  customImage?: string;
  serviceAccount?: string;
  /** Undefined until it was decided. */
  runnable?: boolean;
  problems: Problem[];
  checkedAt?: string;
  likes: number;
  revision: number;
  createdAt: string;
  updatedAt: string;
  tags: AssignedTag[];
  /** `visitorRoles` of all its tags together. */
  visitorRoles: string[];
}

export interface AppRow {
  id: string;
  name: string;
  version: string;
  owner_ref: string;
  visibility: Visibility;
  origin: AppOrigin;
  manifest: string;
  search_text: string;
  long_description: string;
  icon: string | null;
  screenshots: string;
  bundle_digest: string;
  content_digest: string;
  bundle_size: string | number;
  title: string;
  sort_title: string;
  lifecycle: AppManifest['lifecycle'];
  version_key: string;
  default_profile: string | null;
  custom_image: string | null;
  service_account: string | null;
  runnable: boolean | number | null;
  problems: string;
  checked_at: string | null;
  likes: number;
  revision: number;
  created_at: string;
  updated_at: string;
}

/** Longest title that lists are ordered by, in characters. */
const TITLE_LIMIT = 255;

/** What an import writes. */
export type NewApp = Omit<
  AppRecord,
  'tags' | 'visitorRoles' | 'likes' | 'revision' | 'checkedAt'
>;

export function toRow(app: NewApp): AppRow {
  const { manifest } = app;
  return {
    id: app.id,
    name: app.name,
    version: app.version,
    owner_ref: app.ownerRef,
    visibility: app.visibility,
    origin: app.origin,
    manifest: JSON.stringify(manifest),
    search_text: [
      app.name,
      manifest.title,
      manifest.description,
      ...manifest.keywords,
    ]
      .join(' ')
      .toLocaleLowerCase('en-US'),
    long_description: app.longDescription,
    icon: app.icon ?? null,
    screenshots: JSON.stringify(app.screenshots),
    bundle_digest: app.bundleDigest,
    content_digest: app.contentDigest,
    bundle_size: app.bundleSize,
    title: manifest.title.slice(0, TITLE_LIMIT),
    sort_title: manifest.title.toLocaleLowerCase('en-US').slice(0, TITLE_LIMIT),
    lifecycle: manifest.lifecycle,
    version_key: versionKey(app.version),
    default_profile: app.defaultProfile ?? null,
    custom_image: app.customImage ?? null,
    service_account: app.serviceAccount ?? null,
    runnable: app.runnable ?? null,
    problems: JSON.stringify(app.problems),
    checked_at: app.runnable === undefined ? null : app.createdAt,
    likes: 0,
    revision: 1,
    created_at: app.createdAt,
    updated_at: app.updatedAt,
  };
}

/**
 * What an app.toml says to people, without what would turn texts around: newer ones are
 * refused for it at import.
 */
export function readManifest(text: string): AppManifest {
  const manifest: AppManifest = JSON.parse(text);
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

export function toRecord(row: AppRow, tags: AssignedTag[]): AppRecord {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    ownerRef: row.owner_ref,
    visibility: row.visibility,
    origin: row.origin,
    manifest: readManifest(row.manifest),
    longDescription: showableText(row.long_description),
    icon: row.icon ?? undefined,
    screenshots: JSON.parse(row.screenshots),
    bundleDigest: row.bundle_digest,
    contentDigest: row.content_digest,
    bundleSize: Number(row.bundle_size),
    defaultProfile: row.default_profile ?? undefined,
    customImage: row.custom_image ?? undefined,
    serviceAccount: row.service_account ?? undefined,
    runnable: row.runnable === null ? undefined : Boolean(row.runnable),
    problems: JSON.parse(row.problems),
    checkedAt: row.checked_at ?? undefined,
    likes: Number(row.likes),
    revision: Number(row.revision),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tags,
    visitorRoles: [...new Set(tags.flatMap(tag => tag.visitorRoles))],
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

/** True for the form of the ids that this store gives. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
