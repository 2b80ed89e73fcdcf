import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import { Text } from '@backstage/ui';
import styles from './Evidence.module.css';

/** What shows a problem, in the cluster's own words. */
export function Evidence(props: { items: Problem['evidence'] }) {
  const { items = [] } = props;
  if (!items.length) return null;
  return (
    <details className={styles.evidence}>
      <summary>Evidence</summary>
      <dl>
        {items.map(({ source, message }) => (
          <div key={`${source} ${message}`}>
            <dt>
              <Text variant="body-small" color="secondary">
                {source}
              </Text>
            </dt>
            <dd>{message}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
