import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { usePersonNames } from '../hooks/usePersonNames';
import { PersonName } from './PersonName';
import { When } from './When';

/** To whom an app version is offered, for its owner and admins, who may withdraw that. */
export function OfferNote(props: { app: App; onWithdrawn: () => void }) {
  const { app, onWithdrawn } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [busy, act] = useAction();
  const { offer } = app;
  const nameOf = usePersonNames([offer?.to]);
  if (!offer) return null;
  const withdraw = () =>
    act(async () => {
      await api.withdrawOffer(app.id);
      toast.post({
        title: `${app.title} is no longer offered to ${nameOf(offer.to)}`,
        status: 'success',
        timeout: 8000,
      });
      onWithdrawn();
    });
  return (
    // On a line of its own, the button does not wrap once the names have come.
    <Flex direction="column" gap="1" align="start">
      <Text variant="body-small">
        {offer.allVersions ? 'All versions offered' : 'Offered'} to{' '}
        <PersonName of={offer.to} />
        {offer.offeredBy !== app.owner && (
          <>
            {' '}
            by <PersonName of={offer.offeredBy} />
          </>
        )}{' '}
        until <When at={offer.expiresAt} day />
      </Text>
      <Button
        size="small"
        variant="tertiary"
        isDisabled={busy}
        aria-label={`Withdraw the offer of ${app.title} ${app.version}`}
        onPress={withdraw}
      >
        Withdraw
      </Button>
    </Flex>
  );
}
