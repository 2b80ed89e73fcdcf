/**
 * Handing apps over. It is an offer until the receiver accepts it: an app uses its
 * owner's secrets, so nobody becomes the owner of one without a word of their own.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  App,
  Offer,
  OfferScope,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../../config/StoreConfig';
import { type AppRepository } from '../AppRepository';
import type { OfferRecord, OfferRepository } from './OfferRepository';
import type { SecretRepository } from '../../secrets/SecretRepository';
import { personRef } from '../../auth/personRef';
import type { AppNotes } from '../AppNotes';
import type { RoleResolver } from '../../auth/RoleResolver';
import type { Policy } from '../../policy';
import type { Audit, AuditContext } from '../../audit/Audit';
import type { Caller } from '../../auth/Caller';
import { notFound, stale, StoreError } from '../../errors/StoreError';
import type { AppService } from '../AppService';
import type { Preconditions } from '../Preconditions';
import { isUuid } from '../../database/isUuid';

/** How long an offer holds: nobody accepts what its giver has long forgotten. */
const OFFER_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;

/** What the service stands on. */
export interface AppOffersOptions {
  config: Pick<StoreConfig, 'limits'>;
  policy: Policy;
  audit: Audit;
  service: AppService;
  apps: AppRepository;
  notes: AppNotes;
  logger: LoggerService;
  offers: OfferRepository;
  secrets: SecretRepository;
  roles: RoleResolver;
  preconditions: Preconditions;
  now?: () => Date;
}

/** Makes, accepts and declines offers of apps. */
export class AppOffers {
  readonly #o: AppOffersOptions;

  constructor(options: AppOffersOptions) {
    this.#o = options;
  }

  #now(): Date {
    return this.#o.now?.() ?? new Date();
  }

  /**
   * Offers an app version to somebody, in place of what was offered of it before. An
   * admin who names themselves has accepted thereby.
   *
   * @throws StoreError 400 where the receiver is not known, is a visitor or owns it already, 403, 404, 412
   */
  async offer(
    caller: Caller,
    id: string,
    to: { owner: string; allVersions?: boolean },
    revision?: number,
  ): Promise<App> {
    return this.#o.audit.run(caller, 'app:offer', id, async context => {
      const { allVersions = false } = to;
      context.detail = { to: to.owner, allVersions };
      const record = await this.#o.service.require(
        caller,
        id,
        'transfer',
        context,
        'You are not allowed to transfer this app.',
      );
      if (revision !== undefined && revision !== record.revision)
        throw stale('app');
      const toRef = personRef(to.owner);
      context.detail = { to: toRef, from: record.ownerRef, allVersions };
      if (toRef === record.ownerRef)
        throw new StoreError({
          status: 400,
          code: 'OWNER_ALREADY',
          message: `${toRef} owns this app already.`,
          owner: 'you',
          remedy: 'Choose another person.',
        });
      await this.#assertReceiver(toRef);
      const now = this.#now();
      const done = await this.#o.offers.put(record, {
        toRef,
        offeredBy: caller.userEntityRef,
        allVersions,
        byAdmin: caller.admin,
        createdAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + OFFER_DAYS * DAY_MS).toISOString(),
      });
      if (!done) {
        if (await this.#o.apps.get(id)) throw stale('app');
        throw notFound('app', id);
      }
      if (toRef === caller.userEntityRef) {
        const offer = await this.#offerOf(id);
        if (offer) await this.#take(caller, offer, context);
      }
      const after = await this.#o.apps.get(id);
      if (!after) throw notFound('app', id);
      return this.#o.service.present(caller, after);
    });
  }

  async #offerOf(appId: string): Promise<{ id: string } | undefined> {
    const offers = await this.#o.offers.ofApps(
      [appId],
      this.#now().toISOString(),
    );
    return offers.get(appId);
  }

  async #assertReceiver(toRef: string): Promise<void> {
    const receiver = await this.#o.roles.resolve(toRef);
    if (!receiver.known || !this.#mayOwn(receiver).allowed)
      throw new StoreError({
        status: 400,
        code: 'NO_SUCH_OWNER',
        message: receiver.known
          ? `${toRef} is a visitor. Visitors cannot own apps.`
          : `The app store does not know ${toRef}.`,
        owner: 'you',
        remedy:
          'Give the entity ref of a person with full access, such as user:default/name.',
      });
  }

  /** Who may import apps may own them. */
  #mayOwn(actor: Caller) {
    return this.#o.policy.decide('platform', 'import', actor, undefined);
  }

  /** Takes an offer of an app back. @throws StoreError 403, 404 */
  async withdraw(caller: Caller, appId: string): Promise<void> {
    return this.#o.audit.run(
      caller,
      'app:withdraw_offer',
      appId,
      async context => {
        await this.#o.service.require(
          caller,
          appId,
          'transfer',
          context,
          'You are not allowed to withdraw offers of this app.',
        );
        const [offer] = await this.#recordsOf(await this.#offerOf(appId));
        if (!offer || !(await this.#o.offers.delete(offer.id)))
          throw notFound('offer of app', appId);
        describe(context, offer);
      },
    );
  }

  async #recordsOf(offer: { id: string } | undefined): Promise<OfferRecord[]> {
    if (!offer || !isUuid(offer.id)) return [];
    return this.#o.offers.list({ id: offer.id }, this.#now().toISOString());
  }

  /** An offer that was made to the caller; nobody else learns that there is one. */
  async #received(
    caller: Caller,
    id: string,
    context: AuditContext,
  ): Promise<OfferRecord> {
    const [offer] = await this.#recordsOf({ id });
    if (offer?.toRef !== caller.userEntityRef) throw notFound('offer', id);
    describe(context, offer);
    return offer;
  }

  /**
   * Takes over what was offered; what names secrets is PRIVATE afterwards.
   *
   * @throws StoreError 403 for visitors, 404, 409 where the caller owns as many versions as they may
   */
  async accept(caller: Caller, id: string): Promise<App[]> {
    return this.#o.audit.run(
      caller,
      'app:accept_offer',
      undefined,
      async context => {
        const offer = await this.#received(caller, id, context);
        context.assertAllowed(
          this.#mayOwn(caller),
          'Visitors cannot own apps.',
        );
        const ids = await this.#take(caller, offer, context);
        const taken = await this.#o.apps.getMany(ids);
        return Promise.all(
          taken.map(app => this.#o.service.present(caller, app)),
        );
      },
    );
  }

  async #take(
    caller: Caller,
    { id }: { id: string },
    context: AuditContext,
  ): Promise<string[]> {
    const limit = caller.admin ? undefined : this.#o.config.limits.appVersions;
    const accepted = await this.#o.offers.accept(id, caller.userEntityRef, {
      now: this.#now().toISOString(),
      limit,
    });
    if (accepted.result === 'gone') throw notFound('offer', id);
    if (accepted.result === 'full') {
      const { owned, coming } = accepted;
      throw new StoreError({
        status: 409,
        code: 'APP_VERSION_LIMIT',
        message: `You own ${owned} app versions. ${coming} more would exceed your limit of ${limit}.`,
        owner: 'you',
        remedy:
          'Delete versions that you do not need, or ask an admin to raise appStore.limits.appVersions. The offer stays.',
      });
    }
    const { appIds } = accepted;
    context.detail.taken = appIds;
    // What an app names of secrets is its new owner's from now on.
    await this.#o.secrets.resolveApps(appIds);
    await this.#o.preconditions.refreshUsersOf(appIds);
    // After a restored backup they come back to their new owner.
    for (const app of await this.#o.apps.getMany(appIds))
      await this.#o.notes
        .write(app)
        .catch(error =>
          this.#o.logger.warn(
            `the note beside the bundle of ${app.id} still names its former owner: ${error.message}`,
          ),
        );
    return appIds;
  }

  /** @throws StoreError 404 */
  async decline(caller: Caller, id: string): Promise<void> {
    return this.#o.audit.run(
      caller,
      'app:decline_offer',
      undefined,
      async context => {
        const offer = await this.#received(caller, id, context);
        if (!(await this.#o.offers.delete(offer.id)))
          throw notFound('offer', id);
      },
    );
  }

  /**
   * Offers to the caller, of the caller's apps, or all of them.
   *
   * @throws StoreError 403 for `all` of anybody but an admin
   */
  async list(caller: Caller, scope: OfferScope): Promise<Offer[]> {
    if (scope === 'all')
      await this.#o.audit.assertAllowed(
        caller,
        'app:list_offers',
        this.#o.policy.decide('platform', 'list_all', caller, undefined),
        'Only admins can list all offers.',
      );
    const me = caller.userEntityRef;
    const which = {
      received: { to: me },
      made: { madeBy: me },
      all: { all: true as const },
    }[scope];
    const offers = await this.#o.offers.list(which, this.#now().toISOString());
    return offers.map(({ fromRef, toRef, ...offer }) => ({
      ...offer,
      from: fromRef,
      to: toRef,
      can: {
        answer: toRef === me,
        withdraw: caller.admin || (fromRef === me && caller.fullAccess),
      },
    }));
  }
}

function describe(context: AuditContext, offer: OfferRecord): void {
  const [app] = offer.apps;
  context.about({
    id: app.id,
    name: offer.allVersions ? offer.name : `${offer.name} ${app.version}`,
  });
  context.detail = {
    from: offer.fromRef,
    to: offer.toRef,
    offeredBy: offer.offeredBy,
    versions: offer.apps.map(({ version }) => version),
  };
}
