import { Button, Flex, Text } from '@backstage/ui';
import { RiAddLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import { useChangeParams } from '../hooks/useChangeParams';
import type { Pages } from '../hooks/usePages';
import styles from './List.module.css';
import { EmptyState } from './EmptyState';
import { ListState } from './ListState';
import { SearchBox } from './SearchBox';

/** A list that is searched and added to. The search and the opened dialog are part of the address. */
export function SearchableList<T>(props: {
  /** `alias`, and `aliases`. */
  one: string;
  many: string;
  pages: Pages<T>;
  /** Stands beside the search. */
  filters?: ReactNode;
  /** What is said where there is none: what these things are for. */
  about: string;
  /** What else may be done where nothing fits a search. */
  nothing?: (search: string) => ReactNode;
  /** The dialog in which one is made. */
  create: (close: () => void) => ReactNode;
  children: (items: T[]) => ReactNode;
}) {
  const { one, many, pages, filters, about } = props;
  const [params, change] = useChangeParams();
  const search = params.get('search');
  const create = (
    <Button
      variant="primary"
      iconStart={<RiAddLine />}
      onPress={() => change({ dialog: 'create' })}
    >
      {`Create ${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}`}
    </Button>
  );
  return (
    <Flex direction="column" gap="4" className={styles.page}>
      <Flex gap="3" align="center" justify="between" className={styles.tools}>
        <Flex
          gap="3"
          align="center"
          className={`${styles.tools} ${styles.grow}`}
        >
          <SearchBox label={`Search ${many}`} className={styles.search} />
          {filters}
        </Flex>
        {(pages.items?.length || search) && create}
      </Flex>
      <ListState
        pages={pages}
        what={many}
        empty={
          search ? (
            <Flex direction="column" gap="3" align="start">
              <Text as="p" color="secondary" role="status">
                No {one} matches “{search}”.
              </Text>
              {props.nothing?.(search)}
            </Flex>
          ) : (
            <EmptyState title={`No ${many} yet`} action={create}>
              {about}
            </EmptyState>
          )
        }
      >
        {props.children}
      </ListState>
      {params.get('dialog') === 'create' &&
        props.create(() => change({ dialog: '' }))}
    </Flex>
  );
}
