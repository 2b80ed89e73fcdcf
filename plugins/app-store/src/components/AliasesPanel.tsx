import { useApi } from '@backstage/frontend-plugin-api';
import { aliasNameProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useChangeParams } from '../hooks/useChangeParams';
import { usePages } from '../hooks/usePages';
import { AliasHistory } from './AliasHistory';
import { AliasTable } from './AliasTable';
import { CreateAliasDialog } from './AliasForms';
import { SearchableList } from './SearchableList';

/** What led where under a name that is no more. */
function DeletedAlias(props: { name: string }) {
  const { name } = props;
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button variant="secondary" onPress={() => setOpen(true)}>
        {`Find the deleted alias ${name}`}
      </Button>
      {open && (
        <AliasHistory
          alias={{ id: name, name, revision: 0, can: { undo: false } }}
          onClose={close}
          onChange={close}
          onStale={close}
        />
      )}
    </>
  );
}

/** Aliases with all that can be done to them: the reader's own, or everybody's for admins. */
export function AliasesPanel(props: { all?: boolean }) {
  const { all } = props;
  const api = useApi(appStoreApiRef);
  const [params] = useChangeParams();
  const search = params.get('search') || undefined;
  const pages = usePages(
    cursor =>
      api.listAliases({
        scope: all ? 'all' : 'visible',
        search,
        limit: 50,
        cursor,
      }),
    [search, all],
  );
  const past = (name: string) =>
    all && !aliasNameProblem(name) ? <DeletedAlias name={name} /> : null;
  return (
    <SearchableList
      one="alias"
      many="aliases"
      pages={pages}
      about="An alias is an address that is easy to remember. It points to one instance at a time. You can move it to another instance, and the address stays the same."
      nothing={past}
      create={close => (
        <CreateAliasDialog all={all} onClose={close} onDone={pages.reload} />
      )}
    >
      {items => (
        <>
          <AliasTable
            label="Aliases"
            aliases={items}
            owners={all}
            onChange={pages.put}
            onGone={pages.remove}
            onReload={pages.reload}
          />
          {search && !items.some(({ name }) => name === search) && past(search)}
        </>
      )}
    </SearchableList>
  );
}
