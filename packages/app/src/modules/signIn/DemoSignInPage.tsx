import { ProxiedSignInPage } from '@backstage/core-components';
import {
  configApiRef,
  discoveryApiRef,
  useApi,
  type IdentityApi,
} from '@backstage/core-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Button, Card, CardBody, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import styles from './DemoSignInPage.module.css';

const STORAGE_KEY = 'demo-sign-in-person';

interface Person {
  ref: string;
  name: string;
  description: string;
}

/** Signs out of the portal, and with it of every app that this person opened. */
function withSignOut(
  identity: IdentityApi,
  gatewayUrl: Promise<string>,
): IdentityApi {
  return {
    getProfileInfo: () => identity.getProfileInfo(),
    getBackstageIdentity: () => identity.getBackstageIdentity(),
    getCredentials: () => identity.getCredentials(),
    async signOut() {
      const { token } = await identity.getCredentials();
      await fetch(`${await gatewayUrl}/v1/sign-out`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      }).catch(() => undefined);
      localStorage.removeItem(STORAGE_KEY);
      await identity.signOut();
      window.location.assign('/');
    },
  };
}

function Choice(props: {
  people: Person[];
  failed: boolean;
  onChoose: (ref: string) => void;
}) {
  return (
    <main className={styles.page}>
      <div className={styles.panel}>
        <Text as="h1" variant="title-medium" weight="bold">
          Who are you today?
        </Text>
        <Text as="p" variant="body-medium" color="secondary">
          This portal runs on your own machine with made-up people. Choose one;
          no password is needed.
        </Text>
        {props.failed && (
          <div role="alert">
            <Text color="danger">
              That did not work. The portal may still be starting; try again in
              a moment.
            </Text>
          </div>
        )}
        <div className={styles.people}>
          {props.people.map(person => (
            <Card key={person.ref}>
              <CardBody>
                <Flex direction="column" gap="2" align="start">
                  <Text as="h2" variant="title-x-small" weight="bold">
                    {person.name}
                  </Text>
                  <Text as="p" variant="body-small" color="secondary">
                    {person.description}
                  </Text>
                  <Button
                    variant="secondary"
                    onPress={() => props.onChoose(person.ref)}
                    aria-label={`Sign in as ${person.name}`}
                  >
                    Sign in
                  </Button>
                </Flex>
              </CardBody>
            </Card>
          ))}
        </div>
      </div>
    </main>
  );
}

/** The choice of demo people; without any, says what an admin has to do. */
export function DemoSignInPage(props: SignInPageProps) {
  const config = useApi(configApiRef);
  const discovery = useApi(discoveryApiRef);
  const people = (config.getOptional<{ people: Person[] }>('demoSignIn')
    ?.people ?? []) as Person[];
  const [chosen, setChosen] = useState(
    () => localStorage.getItem(STORAGE_KEY) ?? undefined,
  );
  const [failed, setFailed] = useState(false);
  if (!people.length) {
    return (
      <main className={styles.page}>
        <div className={styles.panel}>
          <Text as="h1" variant="title-medium" weight="bold">
            Nobody can sign in yet
          </Text>
          <Text as="p">
            An admin sets up an identity provider for this portal; see
            docs/architecture.md.
          </Text>
        </div>
      </main>
    );
  }
  if (!chosen || !people.some(person => person.ref === chosen)) {
    return (
      <Choice
        people={people}
        failed={failed}
        onChoose={ref => {
          localStorage.setItem(STORAGE_KEY, ref);
          setChosen(ref);
        }}
      />
    );
  }
  return (
    <ProxiedSignInPage
      key={chosen}
      provider="demo"
      headers={{ 'x-demo-person': chosen }}
      onSignInSuccess={identity =>
        props.onSignInSuccess(
          withSignOut(identity, discovery.getBaseUrl('app-store-gateway')),
        )
      }
      ErrorComponent={() => (
        <Choice
          people={people}
          failed={failed || Boolean(chosen)}
          onChoose={ref => {
            localStorage.setItem(STORAGE_KEY, ref);
            setFailed(true);
            setChosen(undefined);
            setTimeout(() => setChosen(ref));
          }}
        />
      )}
    />
  );
}
