/** Rows of `declarations` as records. */
import {
  DECLARATION_KINDS,
  fullRef,
  type Declaration,
  type DeclarationKind,
  type Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { createHash, randomUUID } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import {
  integer,
  json,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';

/** How the store stands to a declaration. */
export type DeclarationState =
  /** What is there is what is declared. */
  | 'IN_SYNC'
  /** On the way: something that takes its time, or waits for another declaration. */
  | 'PROGRESSING'
  /** What is there was changed in the store, or the source was changed without a new version. */
  | 'DRIFTED'
  /** Its location is not trusted with it: it waits for somebody with the rights. */
  | 'PROPOSED'
  | 'REFUSED'
  /** No longer declared; what it declared is still there. */
  | 'ORPHANED';

/** What is declared against what is there. */
export interface FieldChange {
  /** `visibility` */
  field: string;
  declared?: string;
  actual?: string;
}

/** What stands in the source of a declared app. */
export interface AppContent {
  /** The directory or bundle. */
  url: string;
  /** Of a directory: the commit. Of a bundle: what its server calls its version. */
  etag?: string;
  name: string;
  version: string;
  /** SHA-256 of the content of the bundle. */
  contentDigest: string;
}

/** An app version that a declaration published. */
export interface PublishedVersion {
  appId: string;
  version: string;
}

/** What the catalog says of a file that it cannot read. */
export interface Unreadable {
  problem: Problem;
  /** ISO 8601. */
  since: string;
}

export const DECLARATIONS = Table.create({
  id: text(),
  source: text(),
  entityRef: text(),
  kind: text<DeclarationKind>(),
  location: optional(text()),
  etag: optional(text()),
  declaration: optional(json<Declaration>()),
  digest: optional(text()),
  /** Who it acts for; undefined where its location is not trusted with it. */
  ownerRef: optional(text()),
  acceptedDigest: optional(text()),
  acceptedBy: optional(text()),
  acceptedAt: optional(text()),
  state: text<DeclarationState>(),
  since: text(),
  problem: optional(json<Problem>()),
  changes: optional(json<FieldChange[]>()),
  content: optional(json<AppContent>()),
  resourceId: optional(text()),
  resourceRevision: optional(integer()),
  nextId: optional(text()),
  appliedDigest: optional(text()),
  published: json<PublishedVersion[]>(),
  /** The declaration that it names: of an alias its instance, of an instance its app. */
  refersTo: optional(text()),
  /** The app whose versions it follows. */
  follows: optional(text()),
  dueAt: optional(text()),
  attempts: integer(),
  missingSince: optional(text()),
  /** Why the catalog cannot read its file as it is now, and since when; what was declared last still counts. */
  unreadable: optional(json<Unreadable>()),
  createdAt: text(),
  updatedAt: text(),
  revision: integer(),
});

/** A row of `declarations`. */
export type DeclarationRecord = RecordOf<typeof DECLARATIONS>;
export type DeclarationRow = RowOf<typeof DECLARATIONS>;

/** What the catalog says; files that somebody applied have a source of their own. */
export const CATALOG_SOURCE = 'catalog';

/** The source of files that a person applied. @param name - of the set of files */
export function setSource(userEntityRef: string, name: string): string {
  return `set:${userEntityRef}/${name}`;
}

/** A declaration of which no more is known. */
export function newDeclaration(
  of: Pick<DeclarationRecord, 'source' | 'entityRef' | 'kind'>,
): DeclarationRecord {
  const now = new Date().toISOString();
  return {
    ...of,
    id: randomUUID(),
    state: 'PROGRESSING',
    since: now,
    published: [],
    attempts: 0,
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}

/** Orders declarations so that what others stand on comes first. */
export function byKind(
  a: { kind: DeclarationKind },
  b: { kind: DeclarationKind },
): number {
  return DECLARATION_KINDS.indexOf(a.kind) - DECLARATION_KINDS.indexOf(b.kind);
}

/** The tables of what can be declared. */
export const RESOURCES: Record<DeclarationKind, string> = {
  App: 'apps',
  AppTag: 'tags',
  AppInstance: 'instances',
  AppSecret: 'secrets',
  AppAlias: 'aliases',
};

/** The declaration that one names. */
export function referenceOf({
  kind,
  namespace,
  spec,
}: Declaration): string | undefined {
  const { app, instance } = spec as { app?: string; instance?: string };
  if (kind === 'AppInstance' && app)
    return fullRef(app, { kind: 'App', namespace });
  if (kind === 'AppAlias' && instance)
    return fullRef(instance, { kind: 'AppInstance', namespace });
  return undefined;
}

/** SHA-256 of what is declared, whatever the order of its keys. */
export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(stringify(value) ?? 'null')
    .digest('hex');
}
