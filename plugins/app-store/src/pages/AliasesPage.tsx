import { Container } from '@backstage/ui';
import { AliasesPanel } from '../components/AliasesPanel';
import { DeadEnd } from '../components/DeadEnd';
import { PageHeader } from '../components/PageHeader';
import { useMe } from '../hooks/useCached';

/** The reader's aliases, and those that lead to the reader's instances. */
export function AliasesPage() {
  const { visitor } = useMe();
  if (visitor)
    return (
      <DeadEnd title="Aliases">
        Aliases are for people with full access. Your instances are opened under
        their own addresses; ask an admin if you need a short one.
      </DeadEnd>
    );
  return (
    <>
      <PageHeader
        title="Aliases"
        description="Addresses of your own for instances."
      />
      <Container pb="12">{visitor === false && <AliasesPanel />}</Container>
    </>
  );
}
