import { Container, type HeaderBreadcrumb } from '@backstage/ui';
import type { ReactNode } from 'react';
import { useMe } from '../hooks/useCached';
import { DeadEnd } from './DeadEnd';
import { Loading } from './Loading';
import { PageHeader } from './PageHeader';
import { ErrorPanel } from './ProblemPanel';

/** A page for people with full access: visitors are told so, and nobody sees an empty page where it is not known who reads. */
export function ForFullAccess(props: {
  title: string;
  breadcrumbs?: HeaderBreadcrumb[];
  /** What visitors are told. */
  visitors: ReactNode;
  children: ReactNode;
}) {
  const { title, breadcrumbs } = props;
  const { visitor, error, reload } = useMe();
  if (visitor)
    return (
      <DeadEnd title={title} breadcrumbs={breadcrumbs}>
        {props.visitors}
      </DeadEnd>
    );
  if (visitor === false) return <>{props.children}</>;
  return (
    <>
      <PageHeader title={title} breadcrumbs={breadcrumbs} />
      <Container>
        {error ? (
          <ErrorPanel error={error} onRetry={reload} />
        ) : (
          <Loading label="Loading" shape="table" lines={5} />
        )}
      </Container>
    </>
  );
}
