import { useApi } from '@backstage/frontend-plugin-api';
import {
  AppStoreError,
  type ImportedApp,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Container, Flex, Select, Text } from '@backstage/ui';
import { useEffect, useRef, useState } from 'react';
import { uploadApiRef } from '../api';
import { BundleDrop } from '../components/BundleDrop';
import { ForFullAccess } from '../components/ForFullAccess';
import {
  Imported,
  Outcome,
  Refused,
  TooLate,
} from '../components/ImportOutcome';
import { PageHeader } from '../components/PageHeader';
import { UploadProgress } from '../components/UploadProgress';
import { paths } from '../routes';
import { APP_VISIBILITIES } from '../words';
import styles from '../components/Import.module.css';

const BREADCRUMBS = [{ label: 'My apps', href: paths.myApps }];

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
          'The store did not confirm the import. Check under My apps whether the app is there.',
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
      visitors="Visitors can run apps but not publish them. Ask an admin for full access."
    >
      <PageHeader
        title="Import an app"
        breadcrumbs={BREADCRUMBS}
        description="A bundle is a zip file with app.toml at its root. The app-store command makes one from a directory."
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
                label="Who can see it"
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
              <UploadProgress
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
