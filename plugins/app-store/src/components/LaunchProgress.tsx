import {
  LAUNCH_STAGES,
  type AppInstance,
  type LaunchStage,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { useNow } from '../hooks/useNow';
import styles from './LaunchProgress.module.css';

const TEXTS: Record<LaunchStage, string> = {
  accepted: 'Accepted',
  scheduled: 'Scheduled',
  bundle: 'Fetching the bundle',
  dependencies: 'Installing dependencies',
  starting: 'Starting the app',
  ready: 'Ready',
};

function seconds(ms: number): string {
  return ms < 10_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.round(ms / 1000)} s`;
}

/** Whether a part of the launch is behind, at hand or ahead. */
function stateOf(
  instance: AppInstance,
  index: number,
): 'done' | 'current' | 'failed' | 'ahead' {
  const current = LAUNCH_STAGES.indexOf(instance.stage ?? 'accepted');
  if (index < current || instance.stage === 'ready') return 'done';
  if (index > current) return 'ahead';
  return instance.status === 'FAILED' ? 'failed' : 'current';
}

/** A launch: its parts, how far it is, and how long each part took. */
export function LaunchProgress(props: { instance: AppInstance }) {
  const { instance } = props;
  const running = instance.status === 'PENDING' && !instance.suspending;
  const now = useNow(100, running);
  const at = (stage: LaunchStage | undefined) =>
    stage && instance.stages[stage]
      ? Date.parse(instance.stages[stage]!)
      : undefined;
  const began = at('accepted') ?? now;
  const end = at('ready') ?? now;
  return (
    <div className={styles.launch}>
      <ol className={styles.stages} aria-label="Progress of the launch">
        {LAUNCH_STAGES.map((stage, index) => {
          const state = stateOf(instance, index);
          const from = at(stage);
          const to =
            at(LAUNCH_STAGES[index + 1]) ??
            (state === 'current' ? now : undefined);
          return (
            <li
              key={stage}
              className={`${styles.stage} ${styles[state]}`}
              aria-current={state === 'current' ? 'step' : undefined}
            >
              <span className={styles.mark} aria-hidden="true" />
              <span>{TEXTS[stage]}</span>
              {from && to && stage !== 'ready' && to - from >= 50 && (
                <span className={styles.time}>{seconds(to - from)}</span>
              )}
            </li>
          );
        })}
      </ol>
      <p className={styles.elapsed}>
        {/* Only the step is announced: the seconds never rest. */}
        <span role="status">{TEXTS[instance.stage ?? 'accepted']}</span>
        {instance.stage === 'ready' ? ' after ' : ', '}
        {seconds(Math.max(0, end - began))}
        {instance.stage === 'ready' ? '' : ' since Run'}
      </p>
    </div>
  );
}
