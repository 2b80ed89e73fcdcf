/** REST: handing apps over, by offers. */
import type { CallerOf } from '../../auth/Callers';
import type { AppOffers } from './AppOffers';
import type { HandlersOf } from '../../http/operations';
import { revisionOf, sendRevision } from '../../http/revisions';

export function offerHandlers(options: {
  offers: AppOffers;
  callerOf: CallerOf;
}): HandlersOf<
  'offerApp' | 'withdrawOffer' | 'listOffers' | 'acceptOffer' | 'declineOffer'
> {
  const { offers, callerOf } = options;
  return {
    async offerApp(request, response) {
      const app = await offers.offer(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      sendRevision(response, app);
    },

    async withdrawOffer(request, response) {
      await offers.withdraw(await callerOf(request), request.params.id);
      response.status(204).end();
    },

    async listOffers(request, response) {
      response.json({
        items: await offers.list(
          await callerOf(request),
          request.query.scope ?? 'received',
        ),
      });
    },

    async acceptOffer(request, response) {
      response.json({
        items: await offers.accept(await callerOf(request), request.params.id),
      });
    },

    async declineOffer(request, response) {
      await offers.decline(await callerOf(request), request.params.id);
      response.status(204).end();
    },
  };
}
