import { Container } from '@backstage/ui';
import { AliasesPanel } from '../components/AliasesPanel';
import { ForFullAccess } from '../components/ForFullAccess';
import { PageHeader } from '../components/PageHeader';

/** The reader's aliases, and those that lead to the reader's instances. */
export function AliasesPage() {
  return (
    <ForFullAccess
      title="Aliases"
      visitors="Aliases are for people with full access. Your instances have their own addresses. Ask an admin if you need a short one."
    >
      <PageHeader
        title="Aliases"
        description="Your own addresses for instances."
      />
      <Container pb="12">
        <AliasesPanel />
      </Container>
    </ForFullAccess>
  );
}
