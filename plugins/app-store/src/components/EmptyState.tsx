import { Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

/** Nothing is here yet: says so, and what to do about it. */
export function EmptyState(props: {
  title: string;
  children: ReactNode;
  /** A button or link that leads on. */
  action?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      <Text as="p" variant="title-x-small" weight="bold">
        {props.title}
      </Text>
      <Text as="p" color="secondary">
        {props.children}
      </Text>
      {props.action}
    </div>
  );
}
