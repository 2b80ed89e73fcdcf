import { useApi } from '@backstage/frontend-plugin-api';
import type {
  LaunchReceipt,
  LaunchStep,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Text, VisuallyHidden } from '@backstage/ui';
import type { CSSProperties } from 'react';
import { appStoreApiRef } from '../api';
import { histogram } from '../histogram';
import { useLoad } from '../hooks/useLoad';
import { count, shortly } from '../words';
import { EmptyState } from './EmptyState';
import styles from './LaunchReceiptPanel.module.css';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';

const STEPS: Record<LaunchStep, string> = {
  queued: 'Waiting for the store',
  applied: 'Writing its objects',
  scheduled: 'Finding a node',
  pulled: 'Pulling the image',
  bundle: 'Fetching the bundle',
  dependencies: 'Installing dependencies',
  started: 'Starting the app',
  probed: 'Waiting until it listens',
  routed: 'Opening the way in',
  firstByte: 'First answer to a visitor',
};

/** Longer than this many times what is usual, and by at least so many milliseconds, is worth a word. */
const SLOW = { times: 2, ms: 250 };

type Step = LaunchReceipt['steps'][number];

const took = ({ fromMs, toMs }: Step) => toMs - fromMs;

function isSlow(step: Step): boolean {
  const { usualMs } = step;
  return (
    usualMs !== undefined &&
    took(step) > SLOW.times * usualMs &&
    took(step) - usualMs > SLOW.ms
  );
}

/** Each step as a bar from where it began to where it ended. */
function Steps(props: { steps: Step[] }) {
  const { steps } = props;
  const whole = Math.max(1, ...steps.map(({ toMs }) => toMs));
  const percent = (ms: number) => `${Math.min(100, (100 * ms) / whole)}%`;
  return (
    <table className={styles.steps}>
      <caption>
        <VisuallyHidden>Steps of the last launch</VisuallyHidden>
      </caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" className={styles.track}>
            <VisuallyHidden>When</VisuallyHidden>
          </th>
          <th scope="col">Took</th>
          <th scope="col">Usually</th>
        </tr>
      </thead>
      <tbody>
        {steps.map(step => (
          <tr key={step.step}>
            <th scope="row">{STEPS[step.step]}</th>
            <td className={styles.track}>
              <span
                className={styles.time}
                style={
                  {
                    '--from': percent(step.fromMs),
                    '--width': percent(took(step)),
                    '--usual': percent(step.fromMs + (step.usualMs ?? 0)),
                  } as CSSProperties
                }
              >
                <span
                  className={`${styles.bar} ${isSlow(step) ? styles.slow : ''}`}
                />
                {step.usualMs !== undefined && (
                  <span className={styles.usual} />
                )}
              </span>
            </td>
            <td className={styles.number}>
              {shortly(took(step))}
              {isSlow(step) && <span className={styles.warning}> slow</span>}
            </td>
            <td className={styles.number}>
              {step.usualMs === undefined ? '–' : shortly(step.usualMs)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How long launches of the app took; the bar of this one stands out. */
function Distribution(props: {
  usual: LaunchReceipt['usual'];
  readyMs: number | undefined;
}) {
  const { usual, readyMs } = props;
  const bars = histogram(usual.readyMs);
  const most = Math.max(...bars.map(bar => bar.count));
  const first = bars[0];
  const last = bars[bars.length - 1];
  return (
    <figure className={styles.figure}>
      <figcaption>
        The last {count(usual.launches, 'launch', 'launches')} of this app
        {usual.medianMs === undefined
          ? ''
          : `: half of them were ready within ${shortly(usual.medianMs)}`}
      </figcaption>
      <div
        role="img"
        aria-label={bars
          .filter(bar => bar.count)
          .map(
            bar => `${shortly(bar.from)} to ${shortly(bar.to)}: ${bar.count}`,
          )
          .join('; ')}
        className={styles.histogram}
      >
        {bars.map(bar => (
          <span
            key={bar.from}
            className={
              readyMs !== undefined && readyMs >= bar.from && readyMs < bar.to
                ? styles.own
                : undefined
            }
            style={
              {
                '--height': `${(100 * bar.count) / most}%`,
              } as CSSProperties
            }
          />
        ))}
      </div>
      <div className={styles.axis} aria-hidden="true">
        <span>{shortly(first.from)}</span>
        <span>{shortly(last.to)}</span>
      </div>
    </figure>
  );
}

/** What the last launch took, step by step, beside what is usual for the app. */
export function LaunchReceiptPanel(props: {
  instanceId: string;
  /** Changes with the instance. */
  version: string;
}) {
  const { instanceId, version } = props;
  const api = useApi(appStoreApiRef);
  const { value, error, reload } = useLoad(
    () => api.getLaunchReceipt(instanceId),
    [instanceId, version],
  );
  if (error) return <ErrorPanel error={error} onRetry={reload} />;
  if (!value)
    return <Loading label="Loading the launch" shape="facts" lines={6} />;
  const steps = value.steps.filter(({ step }) => step !== 'firstByte');
  const firstByte = value.steps.find(({ step }) => step === 'firstByte');
  if (!steps.length)
    return (
      <EmptyState title="Nothing was measured yet">
        The steps of a launch are shown here as they come to their end.
      </EmptyState>
    );
  return (
    <Flex direction="column" gap="5">
      <Text as="p">
        {value.readyMs === undefined
          ? 'The launch is under way.'
          : `Ready after ${shortly(value.readyMs)}.`}
        {firstByte &&
          ` The first visitor got an answer ${shortly(
            took(firstByte),
          )} after that.`}
      </Text>
      <Steps steps={steps} />
      {value.usual.launches > 1 && (
        <Distribution usual={value.usual} readyMs={value.readyMs} />
      )}
    </Flex>
  );
}
