import {
  isUp,
  type AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, ButtonLink, Tooltip, TooltipTrigger } from '@backstage/ui';
import { RiArrowRightLine } from '@remixicon/react';

/** Why an instance cannot be opened now. */
function whyClosed(instance: AppInstance): string | undefined {
  if (instance.terminating) return 'It is being terminated.';
  if (!instance.can.open)
    return instance.visibility === 'PRIVATE'
      ? 'It is private. Only its owner can open it.'
      : 'It is not shared with you.';
  if (isUp(instance)) return undefined;
  switch (instance.status) {
    case 'PENDING':
      return instance.suspending
        ? 'It is being suspended.'
        : 'It is still starting.';
    case 'SUSPENDED':
      return 'It is suspended. Resume it first.';
    case 'FAILED':
      return instance.restarting
        ? 'The app stopped and is restarting. Its page shows the cause.'
        : 'It is not running. Its page shows the cause.';
    default:
      return 'Its status is unknown: the cluster does not answer.';
  }
}

/** Leads into an app, or says why that cannot be done now. */
export function OpenInstance(props: {
  instance: AppInstance;
  size: 'small' | 'medium';
  about: string;
}) {
  const { instance, size, about } = props;
  const why = whyClosed(instance);
  if (!why)
    return (
      <ButtonLink
        size={size}
        variant="primary"
        href={instance.url}
        iconStart={<RiArrowRightLine />}
        aria-label={`Open ${about}`}
      >
        Open
      </ButtonLink>
    );
  // What can be resumed has a better button.
  if (instance.can.resume) return null;
  return (
    <TooltipTrigger delay={200}>
      <Button
        size={size}
        variant="secondary"
        // Stays reachable by the keyboard, so that the reason can be read.
        aria-disabled="true"
        iconStart={<RiArrowRightLine />}
        aria-label={`Open ${about}: ${why}`}
        style={{ opacity: 0.5, cursor: 'not-allowed' }}
      >
        Open
      </Button>
      <Tooltip>{why}</Tooltip>
    </TooltipTrigger>
  );
}
