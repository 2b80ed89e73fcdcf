/**
 * App versions that are offered to somebody.
 *
 * Rules held here rather than in code that asks first: a version is in one offer at
 * most; what is accepted is what was offered and still is the giver's; no offer is
 * accepted twice, after its time, by anybody else, or beyond the receiver's limit.
 */
import type { Knex } from 'knex';
import { Outbox } from '../../changes/Outbox';
import { randomUUID } from 'node:crypto';
import type { AppRow } from '../appRows';
import {
  flag,
  named,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../../database/table';
import { forUpdate, lockName } from '../../database/locks';

/** Newest offers of a list; what lies beyond comes up as others are answered. */
const LIST_LIMIT = 200;

/** One row for each version of an offer. */
const OFFERS = Table.create({
  appId: text(),
  id: named('offer_id', text()),
  fromRef: text(),
  toRef: text(),
  offeredBy: text(),
  allVersions: flag(),
  /** Whose name goes along. */
  nameFrom: optional(text()),
  createdAt: text(),
  expiresAt: text(),
});

type OfferRow = RowOf<typeof OFFERS>;

/** The offer that a version is in. */
export type OfferOfApp = Omit<
  RecordOf<typeof OFFERS>,
  'appId' | 'nameFrom' | 'fromRef'
>;

/** One offer, of one version or several. */
export interface OfferRecord extends OfferOfApp {
  name: string;
  fromRef: string;
  /** The newest version first. */
  apps: Array<{ id: string; version: string; title: string }>;
  /** Names of secrets that they name, which would be the receiver's. */
  secrets: string[];
}

/** What came of an acceptance; `gone`: there is no such offer any more. */
export type Accepted =
  | { result: 'done'; appIds: string[]; fromRef: string }
  | { result: 'gone' }
  | { result: 'full'; owned: number; coming: number };

/** Offers of apps in the database. */
export class OfferRepository {
  readonly #knex: Knex;

  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
  }

  /**
   * Offers a version, or all of its name that its owner has; in place of what was
   * offered of them before.
   *
   * @returns false where the version is not as it was, or gone
   */
  async put(
    app: { id: string; name: string; ownerRef: string; revision: number },
    offer: {
      toRef: string;
      offeredBy: string;
      allVersions: boolean;
      /** By an admin: the name goes along also where it is somebody's who has no version of it. */
      byAdmin: boolean;
      createdAt: string;
      expiresAt: string;
    },
  ): Promise<boolean> {
    const { id, name, ownerRef, revision } = app;
    return this.#knex.transaction(async tx => {
      const own = tx<AppRow>('apps').where({
        owner_ref: ownerRef,
        ...(offer.allVersions ? { name } : { id }),
      });
      const rows = await forUpdate(own).select('id', 'revision');
      const same = rows.find(row => row.id === id);
      if (Number(same?.revision) !== revision) return false;
      const ids = rows.map(row => row.id);
      await tx('app_offers')
        .where('expires_at', '<=', offer.createdAt)
        .delete();
      const before = await tx('app_offers')
        .whereIn('app_id', ids)
        .pluck('offer_id');
      await tx('app_offers').whereIn('offer_id', before).delete();
      const { byAdmin, ...made } = offer;
      const row = {
        ...made,
        id: randomUUID(),
        fromRef: ownerRef,
        nameFrom: made.allVersions
          ? await nameFrom(tx, name, ownerRef, byAdmin)
          : undefined,
      };
      await tx('app_offers').insert(
        ids.map(appId => OFFERS.write({ ...row, appId })),
      );
      return true;
    });
  }

  /** Offers that still hold, the newest first. */
  async list(
    which: { to: string } | { madeBy: string } | { all: true } | { id: string },
    now: string,
  ): Promise<OfferRecord[]> {
    const offers = this.#knex<OfferRow>('app_offers').where(
      'expires_at',
      '>',
      now,
    );
    if ('to' in which) offers.where({ to_ref: which.to });
    if ('id' in which) offers.where({ offer_id: which.id });
    if ('madeBy' in which)
      offers.where(mine =>
        mine
          .where({ from_ref: which.madeBy })
          .orWhere({ offered_by: which.madeBy }),
      );
    const newest: string[] = (
      await offers
        .clone()
        .groupBy('offer_id', 'created_at')
        .orderBy('created_at', 'desc')
        .limit(LIST_LIMIT)
        .select('offer_id')
    ).map(row => row.offer_id);
    return this.#complete(newest);
  }

  async #complete(offerIds: string[]): Promise<OfferRecord[]> {
    if (!offerIds.length) return [];
    const rows: Array<
      OfferRow & { name: string; version: string; title: string }
    > = await this.#knex('app_offers')
      .join('apps', 'apps.id', 'app_offers.app_id')
      .whereIn('app_offers.offer_id', offerIds)
      .orderBy('apps.version_key', 'desc')
      .select('app_offers.*', 'apps.name', 'apps.version', 'apps.title');
    const secrets: Array<{ app_id: string; name: string }> = await this.#knex(
      'app_secrets',
    )
      .whereIn(
        'app_id',
        rows.map(row => row.app_id),
      )
      .orderBy('name')
      .distinct('app_id', 'name');
    return offerIds.flatMap(id => {
      const own = rows.filter(row => row.offer_id === id);
      // Deleted meanwhile.
      if (!own.length) return [];
      const { appId: _, nameFrom: __, ...offer } = OFFERS.read(own[0]);
      const ids = new Set(own.map(row => row.app_id));
      return [
        {
          ...offer,
          name: own[0].name,
          apps: own.map(({ app_id, version, title }) => ({
            id: app_id,
            version,
            title,
          })),
          secrets: [
            ...new Set(
              secrets.filter(s => ids.has(s.app_id)).map(({ name }) => name),
            ),
          ],
        },
      ];
    });
  }

  /** The offers in which versions are, by the versions' ids. */
  async ofApps(
    appIds: string[],
    now: string,
  ): Promise<Map<string, OfferOfApp>> {
    if (!appIds.length) return new Map();
    const rows = await this.#knex<OfferRow>('app_offers')
      .whereIn('app_id', appIds)
      .where('expires_at', '>', now);
    return new Map(
      rows.map(row => {
        const { appId, nameFrom: _, fromRef: __, ...offer } = OFFERS.read(row);
        return [appId, offer];
      }),
    );
  }

  /**
   * Makes the receiver the owner of what was offered. What names secrets becomes PRIVATE:
   * it stands on its new owner's from now on, who says when others run it.
   *
   * @param limit - versions that the receiver may own
   */
  async accept(
    offerId: string,
    toRef: string,
    options: { now: string; limit?: number },
  ): Promise<Accepted> {
    const { now, limit } = options;
    return this.#outbox.transaction(async (tx, tell) => {
      if (limit !== undefined) await lockName(tx, `app-versions/${toRef}`);
      const offered = () =>
        tx<OfferRow>('app_offers')
          .where({ offer_id: offerId, to_ref: toRef })
          .where('expires_at', '>', now);
      // Apps before offers, as everywhere: who deletes an app holds that first, too.
      await forUpdate(
        tx<AppRow>('apps').whereIn('id', offered().select('app_id')),
      ).select('id');
      const rows: OfferRow[] = await forUpdate(offered());
      if (!rows.length) return { result: 'gone' };
      const { from_ref: fromRef, name_from: nameFromRef } = rows[0];
      const coming: Array<{ id: string; name: string }> = await tx<AppRow>(
        'apps',
      )
        .whereIn(
          'id',
          rows.map(row => row.app_id),
        )
        .where({ owner_ref: fromRef })
        .select('id', 'name');
      if (!coming.length) return { result: 'gone' };
      const appIds = coming.map(app => app.id);
      if (limit !== undefined) {
        const [{ n }] = await tx('apps')
          .where({ owner_ref: toRef })
          .count({ n: '*' });
        if (Number(n) + coming.length > limit)
          return { result: 'full', owned: Number(n), coming: coming.length };
      }
      await tx('apps')
        .whereIn('id', appIds)
        .update({
          owner_ref: toRef,
          visibility: tx.raw(
            "case when exists (select 1 from app_secrets where app_secrets.app_id = apps.id) then 'PRIVATE' else visibility end",
          ),
          updated_at: now,
          revision: tx.raw('revision + 1'),
        });
      if (nameFromRef)
        await tx('app_names')
          .where({ name: coming[0].name, owner_ref: nameFromRef })
          .update({ owner_ref: toRef });
      await tx('app_offers').where({ offer_id: offerId }).delete();
      appIds.forEach(id => tell('app', id));
      return { result: 'done', appIds, fromRef };
    });
  }

  /** Ends an offer, by its id. @returns false where there is none */
  async delete(offerId: string): Promise<boolean> {
    return (
      (await this.#knex('app_offers').where({ offer_id: offerId }).delete()) > 0
    );
  }
}

/** Whose name goes along: the giver's own; for an admin also that of somebody who has nothing of it left. */
async function nameFrom(
  tx: Knex.Transaction,
  name: string,
  fromRef: string,
  byAdmin: boolean,
): Promise<string | undefined> {
  const row = await tx('app_names').where({ name }).first('owner_ref');
  if (!row) return undefined;
  if (row.owner_ref === fromRef) return fromRef;
  if (!byAdmin) return undefined;
  const left = await tx('apps')
    .where({ name, owner_ref: row.owner_ref })
    .first('id');
  return left ? undefined : row.owner_ref;
}
