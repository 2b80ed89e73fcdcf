import { useApi } from '@backstage/frontend-plugin-api';
import { LogViewer } from '@backstage/core-components';
import { Text } from '@backstage/ui';
import { useRef } from 'react';
import { appStoreApiRef } from '../api';
import { useLoad } from '../hooks/useLoad';
import { useNamedViewer } from '../hooks/useNamedViewer';
import styles from './LogPanel.module.css';
import { When } from './When';

/** What an instance wrote last that was terminated less than a day ago; nothing where none of it is kept for the reader. */
export function LastLog(props: { instanceId: string }) {
  const { instanceId } = props;
  const api = useApi(appStoreApiRef);
  const viewer = useRef<HTMLDivElement>(null);
  const { value } = useLoad(async () => {
    // One that failed in its preparation has written nothing else.
    const response = await api
      .openLogs(instanceId, {})
      .catch(() => api.openLogs(instanceId, { container: 'prepare' }));
    return {
      endedAt: response.headers.get('x-instance-ended') ?? undefined,
      text: (await response.text()).trimEnd(),
    };
  }, [api, instanceId]);
  useNamedViewer(viewer, Boolean(value?.text));
  if (!value?.text) return null;
  return (
    <>
      <Text as="p" color="secondary">
        {value.endedAt ? (
          <>
            It ended on <When at={value.endedAt} />. This is what it wrote last;
            the store keeps that for a day.
          </>
        ) : (
          'This is what it wrote last; the store keeps that for a day.'
        )}
      </Text>
      <div
        ref={viewer}
        className={`${styles.log} ${styles.whole}`}
        role="region"
        aria-label="Last lines"
      >
        <LogViewer text={value.text} />
      </div>
    </>
  );
}
