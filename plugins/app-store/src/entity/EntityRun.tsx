/**
 * The button of an app that fits the situation (specification, section 10), without
 * the choices of the store's own page. Takes what the store page's `RunPanel` takes.
 */
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  App,
  AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { RiExternalLinkLine, RiPlayLine } from '@remixicon/react';
import { useNavigate } from 'react-router-dom';
import { appStoreApiRef } from '../api';
import { ProblemPanel } from '../components/ProblemPanel';
import { useAction } from '../hooks/useAction';
import { useLoad } from '../hooks/useLoad';
import { paths } from '../routes';
import { entityRunChoice } from './entityRunChoice';

export function EntityRun(props: {
  app: App;
  own: AppInstance[];
  onInstance: (instance: AppInstance) => void;
}) {
  const { app, own, onInstance } = props;
  const api = useApi(appStoreApiRef);
  const navigate = useNavigate();
  const [busy, act] = useAction();
  const managed = useLoad(
    async () =>
      app.lifecycle === 'MANAGED' && !app.can.run
        ? // Nothing runs, or nothing that the reader may open: no button for it.
          api.getManagedInstance(app.id).catch(() => undefined)
        : undefined,
    [app.id],
  );
  const choice = entityRunChoice(app, own, managed.value?.url);
  const launched = (instance: AppInstance) => {
    onInstance(instance);
    navigate(paths.instance(instance.id), { state: { launched: true } });
  };
  return (
    <Flex direction="column" gap="3" style={{ minWidth: 0 }}>
      <Flex gap="3" align="center" style={{ flexWrap: 'wrap' }}>
        {choice.kind === 'visit' && (
          <ButtonLink
            variant="primary"
            href={choice.url}
            target="_blank"
            rel="noopener noreferrer"
            iconStart={<RiExternalLinkLine />}
          >
            Visit
          </ButtonLink>
        )}
        {choice.kind === 'instance' && (
          <ButtonLink variant="primary" href={paths.instance(choice.id)}>
            Go to instance
          </ButtonLink>
        )}
        {choice.kind === 'resume' && (
          <Button
            variant="primary"
            iconStart={<RiPlayLine />}
            isPending={busy}
            onPress={() =>
              act(async () => launched(await api.resumeInstance(choice.id)))
            }
          >
            Resume
          </Button>
        )}
        {(choice.kind === 'run' || choice.kind === 'none') && (
          <Button
            variant="primary"
            iconStart={<RiPlayLine />}
            isDisabled={choice.kind === 'none'}
            isPending={busy}
            onPress={() =>
              act(async () =>
                launched(await api.runApp(app.id, { visibility: 'PRIVATE' })),
              )
            }
          >
            Run
          </Button>
        )}
        {choice.kind === 'ask' && (
          <ButtonLink
            variant="primary"
            href={paths.app(app.id)}
            iconStart={<RiPlayLine />}
          >
            Run…
          </ButtonLink>
        )}
        <ButtonLink variant="secondary" href={paths.app(app.id)}>
          Open in the App Store
        </ButtonLink>
      </Flex>
      {choice.kind === 'none' && choice.reason && !managed.loading && (
        <Text as="p" color="secondary">
          {choice.reason}
        </Text>
      )}
      {app.runnability.problems.map(problem => (
        <ProblemPanel
          key={problem.message}
          problem={problem}
          status="warning"
        />
      ))}
    </Flex>
  );
}
