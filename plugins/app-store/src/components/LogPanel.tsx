import { useApi } from '@backstage/frontend-plugin-api';
import { LogViewer } from '@backstage/core-components';
import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Select, Switch, Text } from '@backstage/ui';
import { RiDownloadLine } from '@remixicon/react';
import { useEffect, useRef, useState } from 'react';
import { appStoreApiRef } from '../api';
import { saveAs } from '../download';
import { useAction } from './useAction';
import { useNamedViewer } from '../hooks/useNamedViewer';
import { partAtWork, whyNoLog, type LogPart } from '../logThere';
import { sleep } from '../sleep';
import styles from './LogPanel.module.css';

/** Lines shown; the whole log is there to download. */
const LINES = 2000;
const REDRAW_MS = 100;
/** Until a log that ended, or could not be read, is asked for again. */
const PAUSE_FIRST_MS = 1000;
const PAUSE_LAST_MS = 10_000;
const CONTAINERS = [
  { value: 'app', label: 'App' },
  { value: 'prepare', label: 'Preparation' },
];

/** The output of an instance: live, of the process before, or to download. */
export function LogPanel(props: {
  instanceId: string;
  /** Changes when another run begins. */
  run: string;
  /** How far it is: what cannot be there yet is not asked for, and what could not be read a moment ago may be there. */
  instance: Parameters<typeof whyNoLog>[0];
}) {
  const { instanceId, run, instance } = props;
  const { stage } = instance;
  const api = useApi(appStoreApiRef);
  const [chosen, choose] = useState<LogPart>();
  // Whoever chose none sees what is at work, as it changes.
  const container = chosen ?? partAtWork(instance);
  const [previous, setPrevious] = useState(false);
  const [follow, setFollow] = useState(true);
  const [text, setText] = useState('');
  const [notice, setNotice] = useState<string>();
  const [busy, act] = useAction();
  const viewer = useRef<HTMLDivElement>(null);
  useNamedViewer(viewer, Boolean(text));
  const wake = useRef(() => {});
  useEffect(() => wake.current(), [stage]);

  const absent = whyNoLog(instance, container, previous);
  useEffect(() => {
    if (absent) {
      setText('');
      setNotice(absent);
      return undefined;
    }
    const abort = new AbortController();
    let lines: string[] = [];
    let redraw: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      redraw ??= setTimeout(() => {
        redraw = undefined;
        setText(lines.join('\n'));
      }, REDRAW_MS);
    };
    const read = async () => {
      setText('');
      setNotice(undefined);
      const pause = { ms: PAUSE_FIRST_MS };
      let before: string | undefined;
      while (!abort.signal.aborted) {
        try {
          const response = await api.openLogs(instanceId, {
            container,
            previous,
            follow: follow && !previous,
            tail: LINES,
            signal: abort.signal,
          });
          setNotice(undefined);
          const reader = response
            .body!.pipeThrough(new TextDecoderStream())
            .getReader();
          lines = [];
          for (;;) {
            const { done, value } = await reader.read();
            if (done) break;
            const parts = value.split('\n');
            if (lines.length) lines[lines.length - 1] += parts.shift();
            lines.push(...parts);
            if (lines.length > LINES) lines = lines.slice(-LINES);
            show();
          }
          if (!lines.length) setNotice('The log is empty.');
        } catch (error) {
          if (abort.signal.aborted) return;
          setNotice(
            error instanceof AppStoreError
              ? error.problem.detail
              : 'The log cannot be read at the moment.',
          );
        }
        if (!follow || previous) return;
        // What has ended is asked for less and less often.
        const now = lines.join('\n');
        pause.ms =
          now === before
            ? Math.min(pause.ms * 2, PAUSE_LAST_MS)
            : PAUSE_FIRST_MS;
        before = now;
        const woken = new Promise<void>(done => {
          wake.current = () => {
            pause.ms = PAUSE_FIRST_MS;
            done();
          };
        });
        await Promise.race([sleep(pause.ms), woken]);
      }
    };
    read();
    return () => {
      abort.abort();
      clearTimeout(redraw);
    };
  }, [api, instanceId, container, previous, follow, run, absent]);

  const download = async () => {
    await saveAs(
      await api.openLogs(instanceId, { container, previous }),
      `${instanceId}-${container}${previous ? '-previous' : ''}.log`,
    );
  };

  return (
    <Flex direction="column" gap="3">
      <Flex gap="4" align="center" className={styles.controls}>
        <Select
          aria-label="Container"
          size="small"
          className={styles.part}
          options={CONTAINERS}
          value={container}
          onChange={key => choose(key as LogPart)}
        />
        <Switch
          label="Follow"
          isSelected={follow && !previous}
          isDisabled={previous}
          onChange={setFollow}
        />
        <Switch
          label="Previous process"
          isSelected={previous}
          onChange={setPrevious}
        />
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiDownloadLine />}
          isDisabled={busy || Boolean(absent)}
          onPress={() => act(download)}
        >
          Download
        </Button>
      </Flex>
      {notice && (
        <Text as="p" color="secondary" role="status">
          {notice}
        </Text>
      )}
      {text && (
        <div
          ref={viewer}
          className={styles.log}
          role="region"
          aria-label="Lines"
        >
          <LogViewer text={text} />
        </div>
      )}
    </Flex>
  );
}
