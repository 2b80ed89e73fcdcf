/** What came of an import. */
import {
  AppStoreError,
  type ImportedApp,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Alert, Button, ButtonLink, Flex } from '@backstage/ui';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import styles from './Import.module.css';
import { paths } from '../routes';
import { DeleteApps } from './DeleteApps';
import { IssueList } from './IssueList';
import { problemOf, ProblemPanel } from './ProblemPanel';

/** What came of it takes the focus: the button that led here is gone. */
export function Outcome(props: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className={styles.outcome}>
      {props.children}
    </div>
  );
}

/** It is in the store. */
export function Imported(props: { imported: ImportedApp; onMore: () => void }) {
  const { app, warnings } = props.imported;
  return (
    <Flex direction="column" gap="4">
      <Alert
        status="success"
        icon
        role="status"
        title={`${app.title} ${app.version} is ${
          app.visibility === 'PRIVATE' ? 'yours to try' : 'in the store'
        }`}
        description={
          app.visibility === 'PRIVATE'
            ? 'Only you can see it, under My apps. To show it on the store page, change there who can see it.'
            : 'Everybody who can see it can find it now.'
        }
      />
      {warnings.length > 0 && <IssueList issues={warnings} label="Warnings" />}
      <Flex gap="3" style={{ flexWrap: 'wrap' }}>
        <ButtonLink variant="primary" href={paths.app(app.id)}>
          Go to the app
        </ButtonLink>
        <ButtonLink variant="secondary" href={paths.myApps}>
          My apps
        </ButtonLink>
        <Button variant="secondary" onPress={props.onMore}>
          Import another
        </Button>
      </Flex>
    </Flex>
  );
}

/** Cancelled when the store had it already: it is there, unless its owner deletes it now. */
export function TooLate(props: {
  app: ImportedApp['app'];
  onKeep: () => void;
  onDeleted: () => void;
}) {
  const { app, onKeep, onDeleted } = props;
  const [asking, setAsking] = useState(false);
  return (
    <Flex direction="column" gap="4">
      <Alert
        status="warning"
        icon
        role="status"
        title={`It was too late to cancel: ${app.title} ${app.version} is imported`}
        description="The store already had the whole bundle. Keep the app, or delete it."
      />
      <Flex gap="3" style={{ flexWrap: 'wrap' }}>
        <Button variant="secondary" onPress={onKeep}>
          Keep
        </Button>
        <Button variant="secondary" destructive onPress={() => setAsking(true)}>
          Delete
        </Button>
      </Flex>
      {asking && (
        <DeleteApps
          opened
          apps={[app]}
          onClose={() => setAsking(false)}
          onDone={onDeleted}
        />
      )}
    </Flex>
  );
}

/** Why it is not, with each problem of the bundle. */
export function Refused(props: { error: Error }) {
  const { error } = props;
  const issues =
    error instanceof AppStoreError ? error.problem.issues ?? [] : [];
  return (
    <Flex direction="column" gap="4">
      <ProblemPanel problem={problemOf(error)} />
      {issues.length > 0 && (
        <IssueList issues={issues} label="Problems in the bundle" />
      )}
    </Flex>
  );
}
