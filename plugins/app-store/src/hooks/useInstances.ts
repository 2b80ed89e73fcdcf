import { useApi } from '@backstage/frontend-plugin-api';
import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { appStoreApiRef } from '../api';
import { sleep } from '../sleep';

const PAUSE_FIRST_MS = 300;
const PAUSE_LAST_MS = 10_000;

/** Instances as they are now. */
export interface LiveInstances {
  instances?: AppInstance[];
  /** The one that was asked for is no more. */
  gone: boolean;
  error?: Error;
  /** False while the stream is broken and what is shown may be old. */
  live: boolean;
  /** Puts an answer of the API in place at once. */
  update(instance: AppInstance): void;
}

/** Follows the reader's instances, or one instance, for as long as the component is there. */
export function useInstances(id?: string): LiveInstances {
  const api = useApi(appStoreApiRef);
  const [byId, setById] = useState<Map<string, AppInstance>>();
  const [gone, setGone] = useState(false);
  const [live, setLive] = useState(true);
  const [error, setError] = useState<Error>();
  const [turn, setTurn] = useState(0);
  const isGone = useRef(false);
  isGone.current = gone;

  const update = useCallback((instance: AppInstance) => {
    setById(before => {
      const known = before?.get(instance.id);
      // An answer may be overtaken by a newer state from the stream.
      if (known && known.updatedAt > instance.updatedAt) return before;
      return new Map(before).set(instance.id, instance);
    });
    // What was gone is back: it is followed again.
    if (isGone.current) setTurn(t => t + 1);
  }, []);

  useEffect(() => {
    const abort = new AbortController();
    setGone(false);
    setError(undefined);
    // The stream tells states in their order, whatever their clocks say.
    const put = (instance: AppInstance) => {
      if (instance.id === id) setGone(false);
      setById(before => new Map(before).set(instance.id, instance));
    };
    const follow = async () => {
      const pause = { ms: PAUSE_FIRST_MS };
      while (!abort.signal.aborted) {
        try {
          if (!id) {
            const first = await api.listAllInstances();
            if (abort.signal.aborted) return;
            setById(new Map(first.map(instance => [instance.id, instance])));
          }
          await api.watchInstances({
            id,
            signal: abort.signal,
            onOpen: () => {
              pause.ms = PAUSE_FIRST_MS;
              setLive(true);
              setError(undefined);
            },
            onChange: put,
            onGone: goneId => {
              if (goneId === id) setGone(true);
              setById(before => {
                const next = new Map(before);
                next.delete(goneId);
                return next;
              });
            },
          });
        } catch (failure) {
          if (abort.signal.aborted) return;
          if (
            failure instanceof AppStoreError &&
            failure.problem.status === 404 &&
            id
          ) {
            setGone(true);
            return;
          }
          setError(failure as Error);
        }
        setLive(false);
        await sleep(pause.ms);
        pause.ms = Math.min(pause.ms * 2, PAUSE_LAST_MS);
      }
    };
    follow();
    return () => abort.abort();
  }, [api, id, turn]);

  return {
    instances:
      byId &&
      [...byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    gone,
    error,
    live,
    update,
  };
}
