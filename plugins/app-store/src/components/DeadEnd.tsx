import {
  ButtonLink,
  Container,
  Flex,
  Text,
  type HeaderBreadcrumb,
} from '@backstage/ui';
import type { ReactNode } from 'react';
import { paths } from '../routes';
import { PageHeader } from './PageHeader';

/** A page from which nothing leads on but the store. */
export function DeadEnd(props: {
  title: string;
  breadcrumbs?: HeaderBreadcrumb[];
  children: ReactNode;
  /** Below the way on. */
  more?: ReactNode;
}) {
  return (
    <>
      <PageHeader title={props.title} breadcrumbs={props.breadcrumbs} alone />
      <Container>
        <Flex direction="column" gap="4" align="start">
          <Text as="p">{props.children}</Text>
          <ButtonLink href={paths.store} variant="primary">
            Go to the store
          </ButtonLink>
          {props.more}
        </Flex>
      </Container>
    </>
  );
}
