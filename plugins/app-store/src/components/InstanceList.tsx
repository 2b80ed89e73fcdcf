import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { Link, Text } from '@backstage/ui';
import { useNow } from '../hooks/useNow';
import { paths } from '../routes';
import { duration, SHORT_VISIBILITY } from '../words';
import { AppIcon } from './AppIcon';
import { AppTitle } from './AppTitle';
import { InstanceActions } from './InstanceActions';
import styles from './InstanceList.module.css';
import { PersonName } from './PersonName';
import { StatusBadge } from './StatusBadge';
import { When } from './When';

/** How long until an instance is suspended, or until what is left of it is purged. */
function deadlineOf(instance: AppInstance, now: number): string | undefined {
  const { purgeAfter, suspendAfter, status } = instance;
  if (purgeAfter)
    return `can be restored for ${duration(Date.parse(purgeAfter) - now)}`;
  if (suspendAfter && ['PENDING', 'DEPLOYED'].includes(status))
    return `will be suspended in ${duration(Date.parse(suspendAfter) - now)}`;
  return undefined;
}

/** Which secrets changed since an instance was started, and what to do about it. */
export function StaleSecrets(props: { instance: AppInstance }) {
  const { secretsChanged, staleSecrets, terminating } = props.instance;
  if (!secretsChanged || terminating) return null;
  return (
    <Text as="p" variant="body-small" color="warning">
      Uses an old value of {staleSecrets?.join(', ') ?? 'a secret'}: suspend and
      resume it to use the new value.
    </Text>
  );
}

/** Instances, one a row, with what can be done with each. */
export function InstanceList(props: {
  label: string;
  instances: AppInstance[];
  /** Says whose they are. */
  owners?: boolean;
  icons?: boolean;
  onChange: (instance: AppInstance) => void;
  /** One was terminated, and one was restored: lists that are not followed live need both. */
  onGone?: (id: string) => void;
  onRestored?: () => void;
}) {
  const { label, instances, owners, icons, onChange, onGone } = props;
  const now = useNow(30_000);
  return (
    <div className={styles.list} data-icons={icons || undefined}>
      <ul aria-label={label}>
        {instances.map(instance => (
          <li key={instance.id} className={styles.row}>
            {icons && (
              <AppIcon
                title={instance.appTitle}
                path={instance.appIcon}
                size={40}
              />
            )}
            <div className={styles.words}>
              <Link
                href={paths.instance(instance.id)}
                weight="bold"
                color="primary"
              >
                <AppTitle
                  title={instance.appTitle}
                  version={instance.appVersion}
                />
              </Link>
              <Text as="p" variant="body-small" color="secondary">
                {owners && instance.owner && (
                  <>
                    <PersonName of={instance.owner} /> ·{' '}
                  </>
                )}
                started <When at={instance.createdAt} />
                {[
                  SHORT_VISIBILITY[instance.visibility].toLocaleLowerCase(),
                  deadlineOf(instance, now),
                ]
                  .filter(Boolean)
                  .map(fact => ` · ${fact}`)}
              </Text>
              {instance.problem && (
                <Text as="p" variant="body-small" color="danger">
                  {instance.problem.message}
                </Text>
              )}
              <StaleSecrets instance={instance} />
            </div>
            <StatusBadge instance={instance} />
            <div className={styles.actions}>
              <InstanceActions
                instance={instance}
                listed
                onChange={onChange}
                onGone={onGone && (() => onGone(instance.id))}
                onRestored={props.onRestored}
              />
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
