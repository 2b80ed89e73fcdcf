import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Flex, Text } from '@backstage/ui';
import { RiAddLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useChangeParams } from '../hooks/useChangeParams';
import { usePages } from '../hooks/usePages';
import styles from '../pages/ListPage.module.css';
import { AliasTable } from './AliasTable';
import { CreateAliasDialog } from './AliasForms';
import { EmptyState } from './EmptyState';
import { ListState } from './ListState';
import { SearchBox } from './SearchBox';

/** Aliases with all that can be done to them: the reader's own, or everybody's for admins. */
export function AliasesPanel(props: { all?: boolean }) {
  const { all } = props;
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const pages = usePages(
    cursor =>
      api.listAliases({
        scope: all ? 'all' : 'visible',
        search: search || undefined,
        limit: 50,
        cursor,
      }),
    [search, all],
  );
  const create = (
    <Button
      variant="primary"
      iconStart={<RiAddLine />}
      onPress={() => change({ dialog: 'create' })}
    >
      Create an alias
    </Button>
  );
  return (
    <Flex direction="column" gap="4" className={styles.page}>
      <Flex gap="3" align="center" justify="between" className={styles.tools}>
        <SearchBox label="Search aliases" className={styles.search} />
        {pages.items?.length || search ? create : null}
      </Flex>
      <ListState
        pages={pages}
        what="aliases"
        empty={
          search ? (
            <Text as="p" color="secondary" role="status">
              No alias fits “{search}”.
            </Text>
          ) : (
            <EmptyState title="No aliases yet" action={create}>
              An alias is an address that people can remember. It leads to one
              instance at a time, and stays when you move it.
            </EmptyState>
          )
        }
      >
        {items => (
          <AliasTable
            label="Aliases"
            aliases={items}
            owners={all}
            onChange={pages.put}
            onGone={pages.remove}
            onReload={pages.reload}
          />
        )}
      </ListState>
      {params.get('dialog') === 'create' && (
        <CreateAliasDialog
          all={all}
          onClose={() => change({ dialog: '' })}
          onDone={pages.reload}
        />
      )}
    </Flex>
  );
}
