import { DeadEnd } from '../components/DeadEnd';

/** An address below the store's at which there is nothing. */
export function NotFoundPage() {
  return (
    <DeadEnd title="Not found">
      This page does not exist. Check the address.
    </DeadEnd>
  );
}
