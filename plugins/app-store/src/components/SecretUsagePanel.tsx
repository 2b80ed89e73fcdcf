import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AppSecret,
  SecretUsage,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Link, Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { useLoad, type Loaded } from '../hooks/useLoad';
import { identityOf } from '../secretValues';
import { paths } from '../routes';
import { count } from '../words';
import { Loading } from './Loading';
import { PersonName } from './PersonName';
import { ErrorPanel } from './ProblemPanel';

/** Where a secret is used. */
export function useSecretUsage(secret: AppSecret): Loaded<SecretUsage> {
  const api = useApi(appStoreApiRef);
  return useLoad(
    () => api.getSecretUsage(identityOf(secret)),
    [secret.id, secret.revision],
  );
}

/** Apps that name a secret, instances that were started with it, and which of these run with an old value. */
export function SecretUsagePanel(props: { usage: Loaded<SecretUsage> }) {
  const { value: usage, error } = props.usage;
  if (error) return <ErrorPanel error={error} />;
  if (!usage) return <Loading label="Loading the usage" shape="text" />;
  if (!usage.apps.length && !usage.instances.length && !usage.hidden)
    return (
      <Text as="p" color="secondary">
        No app uses this secret.
      </Text>
    );
  return (
    <Flex direction="column" gap="2">
      {usage.apps.length > 0 && (
        <div>
          <Text as="p" weight="bold">
            {count(usage.apps.length, 'app version')}
          </Text>
          <ul>
            {usage.apps.map(app => (
              <li key={app.id}>
                <Link href={paths.app(app.id)}>
                  {app.title} {app.version}
                </Link>{' '}
                {app.optional ? 'can use' : 'needs'} {app.keys.join(', ')}
              </li>
            ))}
          </ul>
        </div>
      )}
      {usage.instances.length > 0 && (
        <div>
          <Text as="p" weight="bold">
            {count(usage.instances.length, 'instance')} started with it
          </Text>
          <ul>
            {usage.instances.map(instance => (
              <li key={instance.id}>
                <Link href={paths.instance(instance.id)}>
                  {instance.appTitle}
                </Link>
                {instance.owner && (
                  <>
                    {' '}
                    of <PersonName of={instance.owner} />
                  </>
                )}
                {!instance.current &&
                  ', uses an old value: suspend and resume it'}
              </li>
            ))}
          </ul>
        </div>
      )}
      {usage.hidden > 0 && (
        <Text as="p" color="secondary">
          {usage.hidden} more that you cannot see.
        </Text>
      )}
    </Flex>
  );
}
