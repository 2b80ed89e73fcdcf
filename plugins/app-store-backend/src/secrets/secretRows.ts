/** Rows of `secrets` as records: names, keys and a keyed hash, never values. */
import type { SecretVisibility } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  integer,
  json,
  named,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';

/** Whether the cluster still holds what was put there. */
export type SecretState = 'READY' | 'CHANGED_OUTSIDE' | 'LOST';

export const SECRETS = Table.create({
  id: text(),
  name: text(),
  visibility: text<SecretVisibility>(),
  /** `app:<app name>` of an APP secret, else empty. */
  parent: text(),
  ownerRef: text(),
  keys: named('key_names', json<string[]>()),
  /** Counts changes of the values. */
  valueVersion: integer(),
  /** Keyed hash of the values, so that a change outside is noticed. */
  valueDigest: text(),
  state: text<SecretState>(),
  revision: integer(),
  createdAt: text(),
  updatedAt: text(),
});

/** A row of `secrets`. */
export type SecretRecord = RecordOf<typeof SECRETS>;

export type SecretRow = RowOf<typeof SECRETS> & {
  /** The owner of a PRIVATE secret, else empty. */
  scope_owner: string;
};

/** What tells one secret from another (specification 2.5). */
export interface SecretKey {
  name: string;
  visibility: SecretVisibility;
  parent: string;
  /** Whose it is, where it is PRIVATE. */
  ownerRef: string;
}

/** Held by who writes a secret, from its Kubernetes Secret to its row. */
export function secretLock({
  name,
  visibility,
  parent,
  ownerRef,
}: SecretKey): string {
  return JSON.stringify([
    'secret',
    name,
    visibility,
    parent,
    visibility === 'PRIVATE' ? ownerRef : '',
  ]);
}
