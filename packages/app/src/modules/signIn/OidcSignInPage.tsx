import { Progress, UserIdentity } from '@backstage/core-components';
import {
  configApiRef,
  discoveryApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Button, Card, CardBody, Flex, Text } from '@backstage/ui';
import { useCallback, useEffect, useState } from 'react';
import { oidcAuthApiRef } from './oidcAuth';
import styles from './SignInPage.module.css';
import { withSignOut } from './withSignOut';

/** What the way back from the identity provider says went wrong; taken out of the address, which is where the next way back leads. */
function takeError(): string | undefined {
  const url = new URL(window.location.href);
  const error = url.searchParams.get('error') ?? undefined;
  if (error) {
    url.searchParams.delete('error');
    window.history.replaceState(window.history.state, '', url);
  }
  return error;
}

/**
 * Signs in through the identity provider. Whoever has a session is let in at once;
 * others have to ask for it, since whoever has just signed out is still known there.
 */
export function OidcSignInPage(
  props: SignInPageProps & { onDemo?: () => void },
) {
  const { onSignInSuccess, onDemo } = props;
  const config = useApi(configApiRef);
  const discovery = useApi(discoveryApiRef);
  const auth = useApi(oidcAuthApiRef);
  const [error, setError] = useState(takeError);
  const [asks, setAsks] = useState(false);

  const signIn = useCallback(
    async (how: { optional: true } | { instantPopup: true }) => {
      try {
        const session = await auth.getBackstageIdentity(how);
        if (session) {
          onSignInSuccess(
            withSignOut({
              identity: UserIdentity.create({
                identity: session.identity,
                authApi: auth,
                profile: await auth.getProfile(),
              }),
              gatewayUrl: discovery.getBaseUrl('app-store-gateway'),
            }),
          );
          return;
        }
      } catch (failure) {
        setError((failure as Error).message);
      }
      setAsks(true);
    },
    [auth, discovery, onSignInSuccess],
  );
  useEffect(() => {
    signIn({ optional: true });
  }, [signIn]);

  if (!asks) return <Progress />;
  const title = config.getOptionalString('oidcSignIn.title');
  return (
    <main className={styles.page}>
      <Card className={styles.entrance}>
        <CardBody>
          <Flex direction="column" gap="4" align="start">
            <Text as="h1" variant="title-medium" weight="bold">
              {config.getOptionalString('appStore.branding.title') ??
                'App Store'}
            </Text>
            <Text as="p" color="secondary">
              Sign in to browse apps and to run your own.
            </Text>
            {error && (
              <div role="alert">
                <Text color="danger">{error}</Text>
              </div>
            )}
            <Button onPress={() => signIn({ instantPopup: true })}>
              {title ? `Sign in with ${title}` : 'Sign in'}
            </Button>
            {onDemo && (
              <Button variant="tertiary" onPress={onDemo}>
                Choose a demo user
              </Button>
            )}
          </Flex>
        </CardBody>
      </Card>
    </main>
  );
}
