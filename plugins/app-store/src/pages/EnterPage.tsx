import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink, Container, Flex, Text } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { enterApiRef } from '../api';
import { paths } from '../routes';

/** Passes a signed-in person on to the app whose host sent them here. */
export function EnterPage() {
  const api = useApi(enterApiRef);
  const [params] = useSearchParams();
  const state = params.get('state') ?? '';
  const [error, setError] = useState<Error>();
  useEffect(() => {
    let current = true;
    api.exchange(state).then(
      ({ url }) => current && window.location.replace(url),
      failure => current && setError(failure),
    );
    return () => {
      current = false;
    };
  }, [api, state]);
  return (
    <Container>
      <main>
        <Flex
          direction="column"
          gap="4"
          align="start"
          style={{ paddingTop: '4rem' }}
        >
          <Text as="h1" variant="title-medium" weight="bold">
            {error ? 'The app cannot be opened' : 'Opening the app…'}
          </Text>
          <Text as="p" role="status">
            {error ? error.message : 'You are signed in. This takes a moment.'}
          </Text>
          {error && (
            <ButtonLink variant="primary" href={paths.store}>
              Go to the store
            </ButtonLink>
          )}
        </Flex>
      </main>
    </Container>
  );
}
