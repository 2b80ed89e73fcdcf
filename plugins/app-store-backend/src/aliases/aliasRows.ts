/** Rows of `aliases` and of `alias_history` as records. */
import type { AliasChange } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  flag,
  integer,
  named,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';
import type { AliasFacts } from '../policy';

export const ALIASES = Table.create({
  id: text(),
  name: text(),
  instanceId: optional(text()),
  /** Means nothing of an alias that leads to no instance. */
  primary: named('is_primary', flag()),
  creatorRef: text(),
  createdAt: text(),
  updatedAt: text(),
  revision: integer(),
});

export type AliasRow = RowOf<typeof ALIASES>;

/** A row of `aliases` with what belongs to it. */
export type AliasRecord = RecordOf<typeof ALIASES> & {
  /** Owner of the instance it leads to. */
  instanceOwnerRef?: string;
  /** Title of the app of that instance. */
  instanceTitle?: string;
};

export const ALIAS_HISTORY = Table.create({
  id: text(),
  aliasId: text(),
  aliasName: text(),
  action: text<AliasChange['action']>(),
  instanceId: optional(text()),
  primary: named('is_primary', flag()),
  instanceBefore: optional(text()),
  primaryBefore: flag(),
  /** Absent where the store did it. */
  actorRef: optional(text()),
  at: text(),
  revision: integer(),
});

export type AliasHistoryRow = RowOf<typeof ALIAS_HISTORY>;

/** One change of an alias. */
export type AliasHistoryRecord = RecordOf<typeof ALIAS_HISTORY>;

/** What the policy wants to know of an alias. */
export function aliasFacts(alias: AliasRecord): AliasFacts {
  return {
    name: alias.name,
    creatorRef: alias.creatorRef,
    instanceOwnerRef: alias.instanceOwnerRef,
  };
}
