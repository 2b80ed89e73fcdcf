import { Container } from '@backstage/ui';
import { DeadEnd } from '../components/DeadEnd';
import { PageHeader } from '../components/PageHeader';
import { SecretsPanel } from '../components/SecretsPanel';
import { useMe } from '../hooks/useCached';

/** The reader's secrets, and those for all users. */
export function SecretsPage() {
  const { visitor } = useMe();
  if (visitor)
    return (
      <DeadEnd title="Secrets">
        Visitors have no secrets. The apps that you run bring their own; ask an
        admin for full access if you want to publish apps.
      </DeadEnd>
    );
  return (
    <>
      <PageHeader
        title="Secrets"
        description="Passwords and keys for apps: written once, shown on demand, in no log."
      />
      <Container pb="12">
        {visitor === false && (
          <SecretsPanel scopes={['PRIVATE', 'ALL_USERS']} any />
        )}
      </Container>
    </>
  );
}
