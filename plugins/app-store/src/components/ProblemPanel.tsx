/** Problems, said so that the reader knows what happened, who can fix it and what comes next. */
import {
  AppStoreError,
  type Problem,
  type ProblemDetails,
  type ProblemOwner,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Alert, Button, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './ProblemPanel.module.css';

const OWNERS: Record<ProblemOwner, string> = {
  you: 'You can fix this.',
  author: "The app's author can fix this.",
  admin: 'An admin can fix this.',
  platform: 'The platform has to fix this.',
};

/** A problem, with the rule that decided where it is a refusal. */
export type ProblemWithRule = Problem &
  Pick<ProblemDetails, 'rule' | 'wouldChange'>;

/** A failed request, as a problem. */
export function problemOf(error: Error): ProblemWithRule {
  if (error instanceof AppStoreError) {
    const { code, detail, owner, remedy, rule, wouldChange } = error.problem;
    return { code, message: detail, owner, remedy, rule, wouldChange };
  }
  return {
    code: 'UNREACHABLE',
    message: `The app store does not answer: ${error.message}.`,
    owner: 'platform',
    remedy: 'Check your connection, then try again.',
  };
}

/** Whether a change was refused because it was made from what is out of date. */
export function isStale(error: Error | undefined): boolean {
  return error instanceof AppStoreError && error.problem.status === 412;
}

/** Ways to be allowed; each lists all that would have to change. */
export function Ways(props: { ways: string[][] }) {
  const ways = props.ways.filter(way => way.length > 0);
  if (!ways.length) return null;
  return (
    <ul className={styles.ways} aria-label="What would change it">
      {ways.map(way => (
        <li key={way.join()}>{way.join(' And: ')}</li>
      ))}
    </ul>
  );
}

/** The rule that allows or denies; of a table none of whose rules allows, its number alone is said. */
function decidedBy(rule: string): string {
  const [, table] = /^(\S+) nothing allows it$/.exec(rule) ?? [];
  return table
    ? `No rule of table ${table} allows it.`
    : `Decided by rule ${rule}.`;
}

/** Who can fix a problem, how, and by which rule it was decided. */
export function ProblemWords(props: { problem: ProblemWithRule }) {
  const { owner, remedy, rule, wouldChange = [] } = props.problem;
  // One way is the remedy already.
  const others = wouldChange.filter(
    way => way.length && way.join(' ') !== remedy,
  );
  return (
    <>
      <Text as="p" variant="body-small" className={styles.line}>
        {OWNERS[owner]} {remedy}
      </Text>
      {others.length > 0 && (
        <details className={styles.more}>
          <summary>Other ways ({others.length})</summary>
          <Ways ways={others} />
        </details>
      )}
      {rule && (
        <Text
          as="p"
          variant="body-small"
          color="secondary"
          className={styles.line}
        >
          {decidedBy(rule)}
        </Text>
      )}
    </>
  );
}

/** A problem: what happened, who can fix it, what comes next. */
export function ProblemPanel(props: {
  problem: ProblemWithRule;
  status?: 'danger' | 'warning';
  children?: ReactNode;
  action?: ReactNode;
}) {
  const { problem, status = 'danger', action } = props;
  return (
    <Alert
      status={status}
      icon
      role="alert"
      title={problem.message}
      customActions={action}
      description={
        <>
          <ProblemWords problem={problem} />
          {props.children}
        </>
      }
    />
  );
}

/** A failed request, and a way to try again. */
export function ErrorPanel(props: {
  error: Error;
  action?: ReactNode;
  onRetry?: () => void;
}) {
  const { error, onRetry } = props;
  const retry = onRetry && (
    <Button size="small" variant="secondary" onPress={onRetry}>
      Try again
    </Button>
  );
  return (
    <ProblemPanel problem={problemOf(error)} action={props.action ?? retry} />
  );
}
