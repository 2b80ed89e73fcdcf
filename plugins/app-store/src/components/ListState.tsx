import { Button, Flex, Text, VisuallyHidden } from '@backstage/ui';
import type { ReactNode } from 'react';
import { useFocusOnNew } from '../hooks/useFocusOnNew';
import type { Pages } from '../hooks/usePages';
import { count } from '../words';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';

const ONE: Record<string, string> = { aliases: 'alias' };

/** What stands around a list: its error with the way to try again, its loading, its emptiness, and the way to more. */
export function ListState<T>(props: {
  pages: Pages<T>;
  /** What is listed, as in "Show more …" and "12 … shown". */
  what: string;
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}) {
  const { pages, what, empty } = props;
  const { items, error, loading, more, reload } = pages;
  const focusOnNew = useFocusOnNew(items?.length);
  const howMany = (n: number) =>
    `${count(n, ONE[what] ?? what.replace(/s$/, ''), what)}${
      more ? ' shown' : ''
    }`;
  return (
    <Flex direction="column" gap="4" aria-busy={loading}>
      {error && <ErrorPanel error={error} onRetry={reload} />}
      {!items && !error && (
        <Loading
          label={`Loading ${what}`}
          shape={what === 'instances' ? 'rows' : 'table'}
          lines={4}
        />
      )}
      {items && !items.length && !error && empty}
      {items && items.length > 0 && props.children(items)}
      {items && more && (
        <Flex gap="3" align="center">
          <Button
            variant="secondary"
            isDisabled={loading}
            onPress={({ target }) => {
              focusOnNew(target);
              more();
            }}
          >
            Show more {what}
          </Button>
          <Text variant="body-small" color="secondary">
            {loading ? 'Loading …' : `${items.length} shown`}
          </Text>
        </Flex>
      )}
      {/* Said to screen readers; it has to be there before there is something to say. */}
      <VisuallyHidden>
        <span role="status">{items && !loading && howMany(items.length)}</span>
      </VisuallyHidden>
    </Flex>
  );
}
