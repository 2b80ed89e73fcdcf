import { Container } from '@backstage/ui';
import { ForFullAccess } from '../components/ForFullAccess';
import { PageHeader } from '../components/PageHeader';
import { TagsPanel } from '../components/TagsPanel';
import { useMe } from '../hooks/useCached';

/** All tags, for everybody with full access; admins change them. */
export function TagsPage() {
  const { me } = useMe();
  return (
    <ForFullAccess
      title="Tags"
      visitors="Tags are for people with full access. The store page shows the apps that tags open to you."
    >
      <PageHeader
        title="Tags"
        description={
          me && !me.admin
            ? 'Tags group and mark apps, and let visitors see them. Admins create tags. You put them on your apps under Options.'
            : 'Tags group and mark apps, and let visitors see them.'
        }
      />
      <Container pb="12">
        <TagsPanel />
      </Container>
    </ForFullAccess>
  );
}
