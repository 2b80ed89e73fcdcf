import { DeadEnd } from '../components/DeadEnd';
import { paths } from '../routes';

/** An address below the store's at which there is nothing. */
export function NotFoundPage() {
  return (
    <DeadEnd
      title="There is no such page"
      breadcrumbs={[{ label: 'App Store', href: paths.store }]}
    >
      The link is incomplete, or leads to something that has moved.
    </DeadEnd>
  );
}
