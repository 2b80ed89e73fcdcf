import { useApi } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useEffect } from 'react';
import { appStoreApiRef } from '../api';
import { useLoad } from '../hooks/useLoad';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';
import { When } from './When';
import styles from './EventList.module.css';

/** What the cluster tells of an instance, newest first; kept up while it is looked at. */
export function EventList(props: {
  instanceId: string;
  /** Changes with the instance. */ version: string;
}) {
  const api = useApi(appStoreApiRef);
  const { value, error, reload } = useLoad(
    () => api.listInstanceEvents(props.instanceId),
    [props.instanceId, props.version],
  );
  useEffect(() => {
    const timer = setInterval(reload, 5000);
    return () => clearInterval(timer);
  }, [reload]);
  if (error && !value) return <ErrorPanel error={error} />;
  if (!value)
    return <Loading label="Loading the events" shape="text" lines={4} />;
  if (!value.length)
    return <Text color="secondary">No events in the last hour.</Text>;
  return (
    <ul className={styles.events}>
      {value.map(event => (
        <li
          key={`${event.reason}${event.message}`}
          className={event.type === 'Warning' ? styles.warning : undefined}
        >
          <When at={event.lastSeen} />
          <strong>{event.reason}</strong>
          <span>
            {event.message}
            {event.count > 1 && ` (${event.count} times)`}
          </span>
        </li>
      ))}
    </ul>
  );
}
