import { Button, Flex, Skeleton, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import type { Pages } from '../hooks/usePages';
import { ErrorPanel } from './ProblemPanel';

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
  return (
    <Flex direction="column" gap="4" aria-busy={loading}>
      {error && (
        <ErrorPanel
          error={error}
          action={
            <Button size="small" variant="secondary" onPress={reload}>
              Try again
            </Button>
          }
        />
      )}
      {!items && !error && (
        <Skeleton height={200} aria-label={`Loading ${what}`} />
      )}
      {items && !items.length && !error && empty}
      {items && items.length > 0 && props.children(items)}
      {items && more && (
        <Flex gap="3" align="center">
          <Button variant="secondary" isDisabled={loading} onPress={more}>
            Show more {what}
          </Button>
          <Text variant="body-small" color="secondary" role="status">
            {loading ? 'Loading …' : `${items.length} shown`}
          </Text>
        </Flex>
      )}
    </Flex>
  );
}
