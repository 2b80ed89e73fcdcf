import type { Issue } from '@ai-app-store/backstage-plugin-app-store-common';
import styles from './IssueList.module.css';

function placeOf({ line, column, path }: Issue): string | undefined {
  if (!line) return path;
  return `app.toml, line ${line}${column ? `, column ${column}` : ''}`;
}

/** Faults and warnings of a bundle, each with its place and what to do. */
export function IssueList(props: { issues: Issue[]; label: string }) {
  return (
    <ol className={styles.list} aria-label={props.label}>
      {props.issues.map((issue, i) => (
        <li key={i} className={styles.issue} data-severity={issue.severity}>
          <p className={styles.place}>
            <span className={styles.severity}>
              {issue.severity === 'warning' ? 'Warning' : 'Error'}
            </span>
            {placeOf(issue)}
          </p>
          <p className={styles.message}>{issue.message}</p>
          {issue.remedy && <p className={styles.remedy}>{issue.remedy}</p>}
        </li>
      ))}
    </ol>
  );
}
