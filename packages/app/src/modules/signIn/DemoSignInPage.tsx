import { ProxiedSignInPage } from '@backstage/core-components';
import {
  configApiRef,
  discoveryApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Button, Card, CardBody, Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import styles from './SignInPage.module.css';
import { withSignOut } from './withSignOut';

const STORAGE_KEY = 'demo-sign-in-person';

interface Person {
  ref: string;
  name: string;
  description: string;
}

/** Whether this browser has chosen one of the demo people. */
export function remembersDemoPerson(): boolean {
  return localStorage.getItem(STORAGE_KEY) !== null;
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
          Sign in to the demo
        </Text>
        <Text as="p" variant="body-medium" color="secondary">
          This portal runs on your machine with demo users. Choose one. You need
          no password.
        </Text>
        {props.failed && (
          <div role="alert">
            <Text color="danger">
              Sign-in failed. The portal may still be starting. Try again in a
              moment.
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

/** The choice of demo people. */
export function DemoSignInPage(props: SignInPageProps) {
  const config = useApi(configApiRef);
  const discovery = useApi(discoveryApiRef);
  const people = (config.getOptional<{ people: Person[] }>('demoSignIn')
    ?.people ?? []) as Person[];
  const [chosen, setChosen] = useState(
    () => localStorage.getItem(STORAGE_KEY) ?? undefined,
  );
  const [failed, setFailed] = useState(false);
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
          withSignOut({
            identity,
            gatewayUrl: discovery.getBaseUrl('app-store-gateway'),
            forget: () => localStorage.removeItem(STORAGE_KEY),
          }),
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
