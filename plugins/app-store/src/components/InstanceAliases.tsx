import { useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { RiAddLine } from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { usePages } from '../hooks/usePages';
import { AliasTable } from './AliasTable';
import { CreateAliasDialog } from './AliasForms';
import { ListState } from './ListState';

/** The aliases that lead to an instance. */
export function InstanceAliases(props: { instance: AppInstance }) {
  const { instance } = props;
  const api = useApi(appStoreApiRef);
  const [creating, setCreating] = useState(false);
  const pages = usePages(
    cursor => api.listAliases({ instanceId: instance.id, limit: 50, cursor }),
    [instance.id, instance.primaryAlias],
  );
  return (
    <Flex direction="column" gap="4" align="stretch">
      <ListState
        pages={pages}
        what="aliases"
        empty={
          <Text as="p" color="secondary">
            This instance has no alias. An alias is an address that is easy to
            remember. It stays the same when you move it to another instance.
          </Text>
        }
      >
        {items => (
          <AliasTable
            label="Aliases of this instance"
            aliases={items}
            ofOne
            onChange={pages.put}
            onGone={pages.remove}
            onReload={pages.reload}
          />
        )}
      </ListState>
      <Flex>
        <Button
          variant="secondary"
          iconStart={<RiAddLine />}
          onPress={() => setCreating(true)}
        >
          Create an alias
        </Button>
      </Flex>
      {creating && (
        <CreateAliasDialog
          instance={instance}
          onClose={() => setCreating(false)}
          onDone={pages.reload}
        />
      )}
    </Flex>
  );
}
