import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Container, Flex, Link, Text } from '@backstage/ui';
import { CopyBlock, CopyText } from '../components/Copy';
import { DeadEnd } from '../components/DeadEnd';
import { PageHeader } from '../components/PageHeader';
import { Tokens } from '../components/Tokens';
import { useMe } from '../hooks/useCached';
import { useStore } from '../hooks/useCached';
import styles from './AccessPage.module.css';

/** The command as one file of this store, or as a package where it offers none. */
function Install(props: { url?: string }) {
  if (!props.url)
    return (
      <>
        Install it, with Node.js 20 or newer:
        <CopyBlock
          what="install command"
          text="npm install --global @ai-app-store/cli"
        />
      </>
    );
  const url = new URL(props.url, window.location.href).href;
  return (
    <>
      <Link href={url} download="app-store">
        Download it
      </Link>
      , or get it in a terminal. It needs Node.js 20 or newer. Put it in a
      directory of your PATH. On Windows, type <code>node app-store</code> for{' '}
      <code>app-store</code>.
      <CopyBlock
        what="install command"
        text={`curl -fo app-store '${url}' && chmod +x app-store`}
      />
    </>
  );
}

/** How to use the store from a terminal or a program: address, sign-in, tokens. */
export function AccessPage() {
  const config = useApi(configApiRef);
  const { visitor } = useMe();
  const store = useStore().value;
  const address = config.getString('backend.baseUrl');
  // A store that is open to everybody keeps this page to its own people.
  if (visitor && store?.publicMode)
    return (
      <DeadEnd title="CLI and API">
        This page is for people with full access.
      </DeadEnd>
    );
  return (
    <>
      <PageHeader
        title="CLI and API"
        description="The store from a terminal, a pipeline or a program."
      />
      <Container pb="12">
        <Flex direction="column" gap="8" className={styles.page}>
          <section aria-labelledby="address">
            <Text as="h3" variant="title-x-small" weight="bold" id="address">
              Address of the store
            </Text>
            <p>
              <CopyText text={address} what="address of the store" />
            </p>
            {store && <p>Version {store.version}</p>}
          </section>
          <section aria-labelledby="command">
            <Text as="h3" variant="title-x-small" weight="bold" id="command">
              The app-store command
            </Text>
            <ol className={styles.steps}>
              <li>
                <Install url={store?.commandUrl} />
              </li>
              <li>
                Sign in. The command opens this portal, where you confirm a
                code:
                <CopyBlock
                  what="sign-in command"
                  text={`app-store login ${address}`}
                />
              </li>
              <li>
                Publish and run apps:
                <CopyBlock
                  what="first commands"
                  text={[
                    'app-store app list',
                    ...(visitor
                      ? []
                      : [
                          'app-store bundle init my-app',
                          'app-store bundle import',
                        ]),
                    'app-store app run NAME',
                    'app-store instance list',
                  ].join('\n')}
                />
              </li>
            </ol>
          </section>
          {visitor === false && (
            <section aria-labelledby="pipeline">
              <Text as="h3" variant="title-x-small" weight="bold" id="pipeline">
                In a pipeline
              </Text>
              <p>
                A pipeline cannot sign in. Create a machine token below and
                store it as a secret of the pipeline.
              </p>
              <CopyBlock
                what="pipeline commands"
                text={[
                  `export APP_STORE_URL=${address}`,
                  'export APP_STORE_TOKEN=…',
                  'app-store bundle lint my-app',
                  'app-store bundle import my-app --visibility ALL_USERS',
                ].join('\n')}
              />
            </section>
          )}
          <section aria-labelledby="api">
            <Text as="h3" variant="title-x-small" weight="bold" id="api">
              REST API
            </Text>
            <p>
              Programs send an access token as{' '}
              <code>Authorization: Bearer</code>. They can do what the owner of
              the token can do. All requests are in the OpenAPI document{' '}
              <code>/api/app-store/v1/openapi.json</code>.
            </p>
            <CopyBlock
              what="first request"
              text={`curl -H "Authorization: Bearer $APP_STORE_TOKEN" \\\n  ${address}/api/app-store/v1/apps`}
            />
          </section>
          <Tokens />
        </Flex>
      </Container>
    </>
  );
}
