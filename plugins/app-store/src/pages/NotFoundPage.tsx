import { DeadEnd } from '../components/DeadEnd';

/** An address below the store's at which there is nothing. */
export function NotFoundPage() {
  return (
    <DeadEnd title="There is no such page">
      The link is incomplete, or leads to something that has moved.
    </DeadEnd>
  );
}
