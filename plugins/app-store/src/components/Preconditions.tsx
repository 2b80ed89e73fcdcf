import { useApi } from '@backstage/frontend-plugin-api';
import type { App } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { RiRefreshLine } from '@remixicon/react';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { ProblemPanel } from './ProblemPanel';
import { When } from './When';

/** What keeps the app from being run here, who can fix it, and the way to look again. */
export function Preconditions(props: { app: App; onApp: (app: App) => void }) {
  const { app, onApp } = props;
  const api = useApi(appStoreApiRef);
  const [busy, act] = useAction();
  const { problems, checkedAt } = app.runnability;
  if (!problems.length) return null;
  return (
    <Flex direction="column" gap="3" role="region" aria-label="Preconditions">
      {problems.map(problem => (
        <ProblemPanel
          key={problem.message}
          problem={problem}
          status="warning"
        />
      ))}
      <Flex gap="3" align="center" style={{ flexWrap: 'wrap' }}>
        {app.can.refresh && (
          <Button
            size="small"
            variant="secondary"
            iconStart={<RiRefreshLine />}
            isDisabled={busy}
            onPress={() =>
              act(async () => onApp(await api.refreshPreconditions(app.id)))
            }
          >
            Check again
          </Button>
        )}
        {checkedAt && (
          <Text variant="body-small" color="secondary" role="status">
            Checked <When at={checkedAt} />
          </Text>
        )}
      </Flex>
    </Flex>
  );
}
