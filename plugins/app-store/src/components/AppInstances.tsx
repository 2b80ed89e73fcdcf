/** The instances of an app, of all its versions: one's own, followed live; all that one sees, in pages. */
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { usePages } from '../hooks/usePages';
import { isMoving, useRefresh } from '../hooks/useRefresh';
import { InstanceList } from './InstanceList';
import { ListState } from './ListState';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';
import { StatusAnnouncer } from './StatusAnnouncer';

/** The reader's own instances of an app, updated live. */
export function OwnInstances(props: {
  /** Undefined until they are known. */
  own: AppInstance[] | undefined;
  error?: Error;
  onChange: (instance: AppInstance) => void;
}) {
  if (!props.own)
    return props.error ? (
      <ErrorPanel error={props.error} />
    ) : (
      <Loading label="Loading your instances" shape="rows" lines={1} />
    );
  if (!props.own.length)
    return (
      <Text as="p" color="secondary">
        You have no instance of this app.
      </Text>
    );
  return (
    <>
      <StatusAnnouncer instances={props.own} />
      <InstanceList
        label="My instances of this app"
        instances={props.own}
        onChange={props.onChange}
      />
    </>
  );
}

/** All instances of an app that the reader sees, in pages. */
export function AllInstances(props: { app: App }) {
  const api = useApi(appStoreApiRef);
  const pages = usePages(
    cursor =>
      api.listInstances({
        scope: 'visible',
        appName: props.app.name,
        limit: 20,
        cursor,
      }),
    [props.app.name],
  );
  useRefresh(pages, isMoving);
  return (
    <ListState
      pages={pages}
      what="instances"
      empty={
        <Text as="p" color="secondary">
          No instance of this app is shared with you.
        </Text>
      }
    >
      {items => (
        <InstanceList
          label="All instances of this app"
          instances={items}
          owners
          onChange={pages.put}
          onGone={pages.remove}
          onRestored={pages.reload}
        />
      )}
    </ListState>
  );
}
