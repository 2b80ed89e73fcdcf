/** Apps that somebody offers to the reader, who accepts or declines. The opened dialog is part of the address. */
import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { Offer } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { useChangeParams } from '../hooks/useChangeParams';
import type { Loaded } from '../hooks/useLoad';
import { ConfirmDialog } from './ConfirmDialog';
import { PersonName } from './PersonName';
import { ErrorPanel } from './ProblemPanel';
import styles from './ReceivedOffers.module.css';
import { When } from './When';

function titleOf({ apps: [newest, ...older] }: Offer): string {
  return older.length ? newest.title : `${newest.title} ${newest.version}`;
}

function AcceptDialog(props: {
  offer: Offer;
  onClose: () => void;
  onDone: () => void;
}) {
  const { offer, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  return (
    <ConfirmDialog
      title={`Accept ${titleOf(offer)}?`}
      confirm="Accept"
      onClose={onClose}
      onConfirm={async () => {
        await api.acceptOffer(offer.id);
        toast.post({
          title: `${titleOf(offer)} is yours now`,
          status: 'success',
          timeout: 8000,
        });
        onDone();
      }}
    >
      <Text as="p">
        You become the owner of {offer.name}{' '}
        {offer.apps.map(app => app.version).join(', ')}. You decide who can see
        it, and it counts towards your limit of app versions.
      </Text>
      {offer.secrets.length > 0 && (
        <Text as="p">
          When somebody starts it, it uses your secrets:{' '}
          {offer.secrets.join(', ')}. It is private until you share it.
        </Text>
      )}
    </ConfirmDialog>
  );
}

/** A list of the apps that somebody offers to the reader, with Accept and Decline. */
export function ReceivedOffers(props: {
  offers: Loaded<Offer[]>;
  onAccepted: () => void;
}) {
  const { offers } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [params, change] = useChangeParams();
  const [busy, act] = useAction();
  if (offers.error) return <ErrorPanel error={offers.error} />;
  if (!offers.value?.length) return null;
  const opened = offers.value.find(offer => offer.id === params.get('offer'));
  const close = () => change({ dialog: '', offer: '' });
  const decline = (offer: Offer) =>
    act(async () => {
      await api.declineOffer(offer.id);
      toast.post({
        title: `You declined ${titleOf(offer)}`,
        status: 'success',
        timeout: 8000,
      });
      offers.reload();
    });
  return (
    <section aria-label="Offered to you">
      <Flex direction="column" gap="2">
        <Text as="h3" variant="title-x-small" weight="bold">
          Offered to you
        </Text>
        {offers.value.map(offer => (
          <div key={offer.id} className={styles.offer}>
            <div className={styles.words}>
              <Text as="p" weight="bold">
                {titleOf(offer)}
              </Text>
              <Text as="p" variant="body-small" color="secondary">
                {offer.name} {offer.apps.map(app => app.version).join(', ')}
              </Text>
              <Text as="p" variant="body-small" color="secondary">
                From <PersonName of={offer.from} />, until{' '}
                <When at={offer.expiresAt} day />
              </Text>
              {offer.secrets.length > 0 && (
                <Text as="p" variant="body-small">
                  Uses secrets of its owner: {offer.secrets.join(', ')}
                </Text>
              )}
            </div>
            <Flex gap="2">
              <Button
                size="small"
                variant="primary"
                aria-label={`Accept ${titleOf(offer)}`}
                onPress={() => change({ dialog: 'accept', offer: offer.id })}
              >
                Accept
              </Button>
              <Button
                size="small"
                variant="secondary"
                isDisabled={busy}
                aria-label={`Decline ${titleOf(offer)}`}
                onPress={() => decline(offer)}
              >
                Decline
              </Button>
            </Flex>
          </div>
        ))}
      </Flex>
      {params.get('dialog') === 'accept' && opened && (
        <AcceptDialog
          offer={opened}
          onClose={close}
          onDone={() => {
            offers.reload();
            props.onAccepted();
          }}
        />
      )}
    </section>
  );
}
