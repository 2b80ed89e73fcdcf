import { configApiRef, useApi } from '@backstage/core-plugin-api';
import type { SignInPageProps } from '@backstage/plugin-app-react';
import { Text } from '@backstage/ui';
import { useState } from 'react';
import { DemoSignInPage, remembersDemoPerson } from './DemoSignInPage';
import { OidcSignInPage } from './OidcSignInPage';
import styles from './SignInPage.module.css';

/** The ways in that are configured; without any, says what an admin has to do. */
export function SignInPage(props: SignInPageProps) {
  const config = useApi(configApiRef);
  const hasOidc = config.has('auth.providers.oidc');
  const hasDemo = config.has('demoSignIn');
  const [demo, setDemo] = useState(
    () => hasDemo && (!hasOidc || remembersDemoPerson()),
  );
  if (demo) return <DemoSignInPage {...props} />;
  if (hasOidc)
    return (
      <OidcSignInPage
        {...props}
        onDemo={hasDemo ? () => setDemo(true) : undefined}
      />
    );
  return (
    <main className={styles.page}>
      <div className={styles.panel}>
        <Text as="h1" variant="title-medium" weight="bold">
          Sign-in is not configured
        </Text>
        <Text as="p">
          An admin must configure an identity provider for this portal. See
          docs/operate.md.
        </Text>
      </div>
    </main>
  );
}
