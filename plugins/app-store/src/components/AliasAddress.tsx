import type { AppAlias } from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Link, Text } from '@backstage/ui';
import { CopyButton } from './Copy';

/** What an alias says that points to no instance: its address answers 404. */
export const NO_INSTANCE = 'No instance (404)';

/** The address of an alias; a link where it leads to an instance. */
export function AliasAddress(props: { alias: AppAlias }) {
  const { alias } = props;
  return (
    <Flex direction="column" gap="0">
      <Flex gap="1" align="center">
        {alias.instanceId && alias.served !== false ? (
          <Link href={alias.url}>{alias.url}</Link>
        ) : (
          <Text color="secondary">{alias.url}</Text>
        )}
        <CopyButton text={alias.url} what={`address of ${alias.name}`} />
      </Flex>
      {alias.served === false && (
        <Text variant="body-small" color="warning">
          Not served: an admin took this host name off the list. Ask an admin to
          list it again (appStore.aliases.hosts).
        </Text>
      )}
    </Flex>
  );
}
