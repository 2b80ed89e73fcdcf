import { useApi } from '@backstage/frontend-plugin-api';
import {
  AppStoreError,
  type App,
  type AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { RiArrowRightLine, RiPlayLine } from '@remixicon/react';
import { useNavigate } from 'react-router-dom';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import { useChangeParams } from '../hooks/useChangeParams';
import { useLoad } from '../hooks/useLoad';
import { useOnce } from '../hooks/useOnce';
import { paths } from '../routes';
import { runChoice, type RunAction } from '../runChoice';
import { Loading } from './Loading';
import { RunDialog } from './RunDialog';
import { missingParameters } from './ParameterFields';
import { ErrorPanel } from './ProblemPanel';

function noInstance(error: unknown): undefined {
  if (error instanceof AppStoreError && error.problem.status === 404)
    return undefined;
  throw error;
}

/** The button that fits the situation, and the way to run with more said. The dialog is part of the address. */
export function RunPanel(props: {
  app: App;
  /** The reader's instances of this version; undefined until they are known. */
  own: AppInstance[] | undefined;
  onInstance: (instance: AppInstance) => void;
}) {
  const { app, own } = props;
  const api = useApi(appStoreApiRef);
  const navigate = useNavigate();
  const [params, change] = useChangeParams();
  const [busy, act] = useAction();
  const once = useOnce();
  const managed = useLoad(
    async () =>
      app.lifecycle === 'MANAGED'
        ? // Nothing runs, or nothing that the reader may open: no button for it.
          api.getManagedInstance(app.id).catch(noInstance)
        : undefined,
    [app.id],
  );
  const launch = async (request: Parameters<typeof api.runApp>[1]) => {
    const instance = await once({ app: app.id, request }, idempotencyKey =>
      api.runApp(app.id, request, { idempotencyKey }),
    );
    navigate(paths.instance(instance.id), { state: { launched: true } });
  };
  const run = () =>
    missingParameters(app).length
      ? change({ dialog: 'run' })
      : act(() => launch({ visibility: 'PRIVATE' }));
  const button = (action: RunAction, variant: 'primary' | 'secondary') => {
    switch (action.kind) {
      case 'visit':
        return (
          <ButtonLink
            variant={variant}
            href={action.url}
            iconStart={<RiArrowRightLine />}
          >
            Open
          </ButtonLink>
        );
      case 'instance':
        return (
          <ButtonLink variant={variant} href={paths.instance(action.id)}>
            Go to instance
          </ButtonLink>
        );
      case 'resume':
        return (
          <Button
            variant={variant}
            iconStart={<RiPlayLine />}
            isDisabled={busy}
            onPress={() =>
              act(async () => {
                props.onInstance(await api.resumeInstance(action.instance.id));
                navigate(paths.instance(action.instance.id), {
                  state: { launched: true },
                });
              })
            }
          >
            Resume
          </Button>
        );
      default:
        return (
          <Button
            variant={variant}
            iconStart={<RiPlayLine />}
            isPending={busy}
            onPress={run}
          >
            {action.again ? 'Run another' : 'Run'}
          </Button>
        );
    }
  };
  // Which button fits is not known before what runs is.
  const link = app.lifecycle === 'LINK';
  if (!link && (!own || (managed.loading && !managed.value)))
    return <Loading label="Loading actions" shape="button" />;
  const { primary, secondary, reason } = runChoice(
    app,
    own ?? [],
    managed.value,
  );
  const unavailable =
    !primary && app.lifecycle === 'MANAGED' && !app.can.update ? 'Open' : 'Run';
  return (
    <Flex direction="column" gap="3" style={{ minWidth: 0, flex: 1 }}>
      <Flex gap="3" align="center" style={{ flexWrap: 'wrap' }}>
        {primary ? (
          button(primary, 'primary')
        ) : (
          <Button variant="primary" isDisabled iconStart={<RiPlayLine />}>
            {unavailable}
          </Button>
        )}
        {secondary && button(secondary, 'secondary')}
        {app.can.run && !link && (
          <Button variant="tertiary" onPress={() => change({ dialog: 'run' })}>
            Advanced run
          </Button>
        )}
      </Flex>
      {managed.error && (
        <ErrorPanel error={managed.error} onRetry={managed.reload} />
      )}
      {reason && !managed.error && (
        <Text as="p" color="secondary">
          {reason}
        </Text>
      )}
      {params.get('dialog') === 'run' && app.can.run && (
        <RunDialog
          app={app}
          onRun={launch}
          onClose={() => change({ dialog: '' })}
        />
      )}
    </Flex>
  );
}
