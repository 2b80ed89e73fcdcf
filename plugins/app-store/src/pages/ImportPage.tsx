import { useApi } from '@backstage/frontend-plugin-api';
import {
  AppStoreError,
  type ImportedApp,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Alert,
  Button,
  ButtonLink,
  Container,
  Flex,
  Select,
  Text,
} from '@backstage/ui';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { uploadApiRef } from '../api';
import { BundleDrop } from '../components/BundleDrop';
import { DeleteApps } from '../components/DeleteApps';
import { ForFullAccess } from '../components/ForFullAccess';
import { IssueList } from '../components/IssueList';
import { PageHeader } from '../components/PageHeader';
import { problemOf, ProblemPanel } from '../components/ProblemPanel';
import { paths } from '../routes';
import { APP_VISIBILITIES, bytes } from '../words';
import styles from './ImportPage.module.css';

const BREADCRUMBS = [{ label: 'My apps', href: paths.myApps }];

function Progress(props: {
  sent: number;
  size: number;
  /** Whoever cancels what the store has already hears what came of it. */
  cancelling: boolean;
  onCancel: () => void;
}) {
  const { sent, size, cancelling, onCancel } = props;
  const done = sent >= size;
  return (
    <div className={styles.progress}>
      <progress
        className={styles.bar}
        max={size}
        value={done ? undefined : sent}
        aria-label="Upload"
      />
      <Flex justify="between" align="center" gap="4">
        {/* The bar tells how far it is; only the step is announced. */}
        <Text as="p">
          {!done && `${bytes(sent)} of ${bytes(size)}`}
          <span role="status">
            {done &&
              !cancelling &&
              'Uploaded; the store is checking the bundle …'}
            {cancelling &&
              'Cancelling. The store has the whole bundle already …'}
          </span>
        </Text>
        <Button variant="secondary" isPending={cancelling} onPress={onCancel}>
          Cancel
        </Button>
      </Flex>
    </div>
  );
}

/** What came of it takes the focus: the button that led here is gone. */
function Outcome(props: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className={styles.outcome}>
      {props.children}
    </div>
  );
}

function Imported(props: { imported: ImportedApp; onMore: () => void }) {
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
            ? 'Only you see it, under My apps. It is on the store page once you open it to others there.'
            : 'Everybody who may see it finds it now.'
        }
      />
      {warnings.length > 0 && <IssueList issues={warnings} label="Warnings" />}
      <Flex gap="3" style={{ flexWrap: 'wrap' }}>
        <ButtonLink variant="primary" href={paths.app(app.id)}>
          Open its page
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
function TooLate(props: {
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
        description="The store had the whole bundle already. Keep the app, or delete it."
      />
      <Flex gap="3" style={{ flexWrap: 'wrap' }}>
        <Button variant="secondary" onPress={onKeep}>
          Keep it
        </Button>
        <Button variant="secondary" destructive onPress={() => setAsking(true)}>
          Delete it
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

function Refused(props: { error: Error }) {
  const { error } = props;
  const issues =
    error instanceof AppStoreError ? error.problem.issues ?? [] : [];
  return (
    <Flex direction="column" gap="4">
      <ProblemPanel problem={problemOf(error)} />
      {issues.length > 0 && (
        <IssueList issues={issues} label="What is wrong with the bundle" />
      )}
    </Flex>
  );
}

/** Publishes a bundle. */
export function ImportPage() {
  const api = useApi(uploadApiRef);
  const [file, setFile] = useState<File>();
  const [visibility, setVisibility] = useState<Visibility>('PRIVATE');
  const [sent, setSent] = useState<number>();
  const [error, setError] = useState<Error>();
  const [imported, setImported] = useState<ImportedApp>();
  const [cancelled, setCancelled] = useState<string>();
  const [cancelling, setCancelling] = useState(false);
  /** Imported though it was cancelled. */
  const [tooLate, setTooLate] = useState(false);
  const abort = useRef<AbortController>();
  const late = useRef(false);
  const busy = sent !== undefined;

  // Who leaves the page does not want it imported behind their back.
  useEffect(() => () => abort.current?.abort(), []);
  useEffect(() => {
    if (!busy) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [busy]);

  const choose = (chosen: File) => {
    setFile(chosen);
    setError(undefined);
    setImported(undefined);
    setCancelled(undefined);
  };
  const cancel = () => {
    // What the store has whole may be imported by now, whatever is done to the connection: its answer says.
    if (sent! < file!.size) abort.current?.abort();
    else {
      late.current = true;
      setCancelling(true);
    }
  };
  const send = async () => {
    abort.current = new AbortController();
    late.current = false;
    setError(undefined);
    setCancelled(undefined);
    setSent(0);
    try {
      setImported(
        await api.upload(file!, {
          visibility,
          signal: abort.current.signal,
          onProgress: setSent,
        }),
      );
      setTooLate(late.current);
      setFile(undefined);
    } catch (failure) {
      const refused =
        failure instanceof AppStoreError && failure.problem.status < 500;
      if (abort.current.signal.aborted || (late.current && refused))
        setCancelled('Cancelled. Nothing was imported.');
      else if (late.current)
        // The connection broke before the store had answered.
        setCancelled(
          'It is not known whether the app was imported. Look at My apps.',
        );
      else setError(failure as Error);
    } finally {
      setCancelling(false);
      setSent(undefined);
    }
  };

  return (
    <ForFullAccess
      title="Import an app"
      breadcrumbs={BREADCRUMBS}
      visitors="Visitors run apps and do not publish any. Ask an admin for full access."
    >
      <PageHeader
        title="Import an app"
        breadcrumbs={BREADCRUMBS}
        description="A bundle is a zip file with app.toml at its root. The app-store command makes one of a directory."
      />
      <Container pb="12" className={styles.page}>
        {imported && tooLate && (
          <Outcome>
            <TooLate
              app={imported.app}
              onKeep={() => setTooLate(false)}
              onDeleted={() => {
                setImported(undefined);
                setTooLate(false);
                setCancelled('The app was deleted.');
              }}
            />
          </Outcome>
        )}
        {imported && !tooLate && (
          <Outcome>
            <Imported
              imported={imported}
              onMore={() => setImported(undefined)}
            />
          </Outcome>
        )}
        {!imported && (
          <Flex direction="column" gap="5">
            <BundleDrop file={file} disabled={busy} onFile={choose} />
            {/* The button stays where it is: Cancel in its place would be pressed by whoever presses twice. */}
            <Flex gap="4" align="end" style={{ flexWrap: 'wrap' }}>
              <Select
                label="Who may see it"
                options={APP_VISIBILITIES}
                isDisabled={busy}
                value={visibility}
                onChange={key => setVisibility(String(key) as Visibility)}
              />
              <Button
                variant="primary"
                isDisabled={!file}
                isPending={busy}
                onPress={send}
              >
                Import
              </Button>
            </Flex>
            {busy && (
              <Progress
                sent={sent}
                size={file!.size}
                cancelling={cancelling}
                onCancel={cancel}
              />
            )}
            {cancelled && !busy && (
              <Outcome>
                <Text as="p" role="status">
                  {cancelled}
                </Text>
              </Outcome>
            )}
            {error && (
              <Outcome>
                <Refused error={error} />
              </Outcome>
            )}
            <Text as="p" variant="body-small" color="secondary">
              From a terminal, in the directory of the app:{' '}
              <code className={styles.command}>app-store bundle import</code>
            </Text>
          </Flex>
        )}
      </Container>
    </ForFullAccess>
  );
}
