import { useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { Text } from '@backstage/ui';
import { appStoreApiRef } from '../api';
import { useLoad } from '../hooks/useLoad';
import { count, seconds } from '../words';

/** How long an app usually takes to start; nothing where it was never started. */
export function UsualStart(props: { app: App }) {
  const { id } = props.app;
  const api = useApi(appStoreApiRef);
  const { value } = useLoad(() => api.getAppStarts(id), [id]);
  if (value?.medianMs === undefined) return null;
  return (
    <Text as="p" variant="body-small" color="secondary">
      Usually ready after {seconds(value.medianMs)} (the median of{' '}
      {count(value.starts, 'start')}).
    </Text>
  );
}
