import { Container } from '@backstage/ui';
import { ForFullAccess } from '../components/ForFullAccess';
import { PageHeader } from '../components/PageHeader';
import { SecretsPanel } from '../components/SecretsPanel';
import { useMe } from '../hooks/useCached';

/** The reader's secrets, and those for all users. */
export function SecretsPage() {
  const { me } = useMe();
  return (
    <ForFullAccess
      title="Secrets"
      visitors="Visitors have no secrets. The apps that you run have their own. Ask an admin for full access if you want to publish apps."
    >
      <PageHeader
        title="Secrets"
        description="Passwords and keys for apps. Values are shown only on request and never appear in a log."
      />
      <Container pb="12">
        <SecretsPanel
          scopes={['PRIVATE', 'ALL_USERS']}
          // Admins see those of apps, too: they are among the admin pages.
          any={me?.admin === false}
        />
      </Container>
    </ForFullAccess>
  );
}
