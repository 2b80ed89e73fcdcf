import { Card, CardBody, CardHeader, Flex, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './Panel.module.css';

/** A card with a title. */
export function Panel(props: {
  title: string;
  /** Stands before the title, for the eyes alone. */
  mark?: ReactNode;
  children: ReactNode;
}) {
  const { title, mark, children } = props;
  return (
    <Card className={styles.panel} role="region" aria-label={title}>
      <CardHeader>
        <Flex gap="3" align="center">
          {mark}
          <Text as="h3" variant="title-x-small" weight="bold">
            {title}
          </Text>
        </Flex>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}
