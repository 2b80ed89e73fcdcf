import { Container, ButtonLink, Link, Skeleton, Text } from '@backstage/ui';
import { AppIcon } from '../components/AppIcon';
import { EmptyState } from '../components/EmptyState';
import { InstanceActions } from '../components/InstanceActions';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { StatusBadge } from '../components/StatusBadge';
import { useInstances } from '../hooks/useInstances';
import { paths } from '../routes';
import styles from './InstancesPage.module.css';

/** The reader's instances, as they are now. */
export function InstancesPage() {
  const { instances, error, update } = useInstances();
  return (
    <>
      <PageHeader
        title="My instances"
        breadcrumbs={[{ label: 'App Store', href: paths.store }]}
        description="What you started, wherever it is at the moment."
      />
      <Container pb="12">
        {error && <ErrorPanel error={error} />}
        {!instances && !error && <Skeleton height={200} aria-label="Loading" />}
        {instances && instances.length === 0 && (
          <EmptyState
            title="You have no instances"
            action={
              <ButtonLink variant="primary" href={paths.store}>
                Go to the store
              </ButtonLink>
            }
          >
            Pick an app in the store and run it; it is listed here from then on.
          </EmptyState>
        )}
        {instances && instances.length > 0 && (
          <ul className={styles.list} aria-label="My instances">
            {instances.map(instance => (
              <li key={instance.id} className={styles.row}>
                <AppIcon
                  title={instance.appTitle}
                  path={instance.appIcon}
                  size={40}
                />
                <div className={styles.words}>
                  <Link
                    href={paths.instance(instance.id)}
                    weight="bold"
                    color="primary"
                  >
                    {instance.appTitle} {instance.appVersion}
                  </Link>
                  <Text as="p" variant="body-small" color="secondary">
                    Started {new Date(instance.createdAt).toLocaleString()}
                    {instance.suspendAfter &&
                      `, pauses by itself ${new Date(
                        instance.suspendAfter,
                      ).toLocaleString()}`}
                  </Text>
                  {instance.problem && (
                    <Text as="p" variant="body-small" color="danger">
                      {instance.problem.message}
                    </Text>
                  )}
                </div>
                <StatusBadge instance={instance} />
                <InstanceActions instance={instance} listed onChange={update} />
              </li>
            ))}
          </ul>
        )}
      </Container>
    </>
  );
}
