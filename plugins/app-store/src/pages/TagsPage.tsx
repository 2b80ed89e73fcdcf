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
      visitors="Tags are for people with full access. You see the apps that a tag opens to you on the store page."
    >
      <PageHeader
        title="Tags"
        description={
          me && !me.admin
            ? 'What marks, orders and opens apps. Admins make them; you put them on your apps under Options.'
            : 'What marks, orders and opens apps.'
        }
      />
      <Container pb="12">
        <TagsPanel />
      </Container>
    </ForFullAccess>
  );
}
