import { ButtonLink, Container, Flex, Text } from '@backstage/ui';
import { PageHeader } from '../components/PageHeader';
import { paths } from '../routes';

/** An address below the store's at which there is nothing. */
export function NotFoundPage() {
  return (
    <>
      <PageHeader
        title="There is no such page"
        breadcrumbs={[{ label: 'App Store', href: paths.store }]}
      />
      <Container>
        <Flex direction="column" gap="4" align="start">
          <Text as="p">
            The link is incomplete, or leads to something that has moved.
          </Text>
          <ButtonLink href={paths.store} variant="primary">
            Go to the store
          </ButtonLink>
        </Flex>
      </Container>
    </>
  );
}
